-- Bytes that wait are packed by whoever brings them (zlib, RFC 1950) where that makes them shorter, as they then stand in the log.

ALTER TABLE beket.inbox ADD COLUMN packed boolean NOT NULL DEFAULT false;
