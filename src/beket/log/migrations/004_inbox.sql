-- Papers that came in, each durable before anybody reads it: what waits, what was taken, and what was refused with its bytes.

CREATE TABLE beket.inbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    place       text    NOT NULL,
    way         text    NOT NULL,               -- desk, form, folder, api
    by_whom     text    NOT NULL,
    at          bigint  NOT NULL,
    file_name   text,
    media_type  text,
    wanted      text,                           -- read as this format and no other
    crossing    text,                           -- brought for this one
    key         text,                           -- the sender's own name for this request: the same again is the same answer
    sha256      bytea   NOT NULL,
    size        bigint  NOT NULL,
    blob        bytea,                          -- gone once the log has it; kept of what was refused
    state       text    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'taken', 'refused')),
    outcome     text,                           -- JSON: the documents with their entries, or the refusal
    settled_at  bigint,
    tries       integer NOT NULL DEFAULT 0,
    UNIQUE (by_whom, key)
);
CREATE INDEX inbox_waiting ON beket.inbox (id) WHERE state = 'waiting';
CREATE INDEX inbox_settled ON beket.inbox (state, settled_at) WHERE state <> 'waiting';
CREATE INDEX inbox_of_place ON beket.inbox (place, id);
ALTER TABLE beket.inbox ALTER COLUMN blob SET STORAGE EXTERNAL;
