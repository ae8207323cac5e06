-- A refused paper may be brought again once something here reads it: a row of its own that names the first.

ALTER TABLE beket.inbox ADD COLUMN again_of bigint;
CREATE INDEX inbox_again ON beket.inbox (again_of) WHERE again_of IS NOT NULL;
