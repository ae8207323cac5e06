-- The log: one hash chain per place. Works on PostgreSQL 15 and later without any extension.

CREATE TABLE beket.place_head (
    place   text   PRIMARY KEY,
    seq     bigint NOT NULL,
    hash    bytea  NOT NULL,
    at      bigint NOT NULL,
    entries bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE beket.frame (
    place  text    NOT NULL,
    seq    bigint  NOT NULL,
    n      integer NOT NULL,
    at     bigint  NOT NULL,
    prev   bytea   NOT NULL,
    hash   bytea   NOT NULL,
    packed boolean NOT NULL,
    body   bytea   NOT NULL,
    PRIMARY KEY (place, seq)
) WITH (toast_tuple_target = 8160);

-- Bodies are compressed by us where it pays; the engine need not try again.
ALTER TABLE beket.frame ALTER COLUMN body SET STORAGE EXTERNAL;

-- Readings that are in the log: a resend is the same reading.
CREATE TABLE beket.said (
    place      text    NOT NULL,
    reading_id uuid    NOT NULL,
    seq        bigint  NOT NULL,
    idx        integer NOT NULL,
    PRIMARY KEY (place, reading_id)
);

-- Which entries speak of a kept picture; size and media type are NULL where the entry does not say.
CREATE TABLE beket.evidence (
    sha256     bytea   NOT NULL,
    place      text    NOT NULL,
    seq        bigint  NOT NULL,
    idx        integer NOT NULL,
    size       bigint,
    media_type text,
    PRIMARY KEY (sha256, place)
);

CREATE TABLE beket.cursor (
    reader text   NOT NULL,
    place  text   NOT NULL,
    seq    bigint NOT NULL,
    PRIMARY KEY (reader, place)
) WITH (fillfactor = 50);

CREATE TABLE beket.snapshot (
    place text   NOT NULL,
    rules text   NOT NULL,
    seq   bigint NOT NULL,
    body  bytea  NOT NULL,
    PRIMARY KEY (place, rules, seq)
);

-- Frames a reader could not take: set aside, visible, replayable; they stop nothing else.
CREATE TABLE beket.fault (
    reader text    NOT NULL,
    place  text    NOT NULL,
    seq    bigint  NOT NULL,
    error  text    NOT NULL,
    at     bigint  NOT NULL,
    times  integer NOT NULL DEFAULT 1,
    PRIMARY KEY (reader, place, seq)
);
