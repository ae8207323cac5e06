-- Messages that could not be taken, one row per listener, address, claimed identity and reason.

CREATE TABLE beket.quarantine (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    listener    text    NOT NULL,
    address     text    NOT NULL,
    declared_id text    NOT NULL DEFAULT '',
    reason      text    NOT NULL,
    place       text,
    device      text,
    times       bigint  NOT NULL,
    first_at    bigint  NOT NULL,
    last_at     bigint  NOT NULL,
    last_raw    bytea   NOT NULL,
    last_size   bigint  NOT NULL,
    verdict     text    CHECK (verdict IN ('claimed', 'refused')),
    marked_by   text,
    marked_at   bigint,
    note        text,
    UNIQUE (listener, address, declared_id, reason)
);
