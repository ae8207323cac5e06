-- Read tables of board version 1. Everything here is a fold of the log: drop it and rebuild it at any time.
-- Instants are milliseconds since 1970 UTC; (place, seq, idx) is an entry's address in the log.

CREATE TABLE place (
  id text PRIMARY KEY, name_ky text NOT NULL, name_ru text NOT NULL, name_en text NOT NULL,
  latitude double precision NOT NULL, longitude double precision NOT NULL, zone_name text NOT NULL,
  neighbour text, mode text NOT NULL, border text NOT NULL, kind text NOT NULL,
  newest_at bigint,            -- when the newest reading was received
  newest_seq bigint NOT NULL DEFAULT 0
);

CREATE TABLE lane (
  place text NOT NULL, id text NOT NULL, direction text NOT NULL, PRIMARY KEY (place, id)
);

CREATE TABLE device (
  place text NOT NULL, id text NOT NULL, driver text NOT NULL, lane text NOT NULL, zone text NOT NULL, view text NOT NULL,
  model text, serial text, expected_period_s integer NOT NULL, verified_until text,
  state text NOT NULL DEFAULT 'unknown',   -- up | down | unknown
  reason text, since bigint,
  clock_wrong boolean NOT NULL DEFAULT false, drift_ms bigint,
  readings bigint NOT NULL DEFAULT 0,
  last_seq bigint, last_idx integer, last_kind text, last_received bigint,
  PRIMARY KEY (place, id)
);

CREATE TABLE crossing (
  place text NOT NULL, id text PRIMARY KEY, direction text NOT NULL, lane text NOT NULL,
  opened_at bigint NOT NULL, opened_by text NOT NULL, zone text NOT NULL,
  plate text, country text, trailer text, trailer_country text, container text, vehicle_type text,
  gross_kg double precision, gamma_alarm boolean, neutron_alarm boolean,
  controlled_at bigint, departed_at bigint, closed_at bigint, close_reason text,
  unexplained text, joined_into text,
  evidence integer NOT NULL DEFAULT 0, last_at bigint NOT NULL,
  picture text, plate_picture text
);

CREATE TABLE sign (
  place text NOT NULL, crossing text NOT NULL, role text NOT NULL, value text NOT NULL, country text, confidence double precision,
  corrects text, seq bigint NOT NULL, idx integer NOT NULL, PRIMARY KEY (place, seq, idx)
);

CREATE TABLE crossing_key (   -- every plate and container a crossing was ever taken for, folded
  key text NOT NULL, crossing text NOT NULL, place text NOT NULL, opened_at bigint NOT NULL, PRIMARY KEY (key, crossing)
);
CREATE TABLE key_part (       -- every ending of every key, so that a part of a plate finds it by prefix
  part text NOT NULL, key text NOT NULL, PRIMARY KEY (part, key)
);

CREATE TABLE evidence (
  place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, crossing text NOT NULL, kind text NOT NULL,
  device text NOT NULL, lane text NOT NULL, zone text NOT NULL, at bigint NOT NULL,
  gross_kg double precision, gamma_alarm boolean, neutron_alarm boolean,
  fact_seq bigint NOT NULL, fact_idx integer NOT NULL, PRIMARY KEY (place, seq, idx)
);

CREATE TABLE conclusion (     -- every fact about a crossing, with what it rests on
  place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, crossing text NOT NULL, kind text NOT NULL,
  at bigint NOT NULL, because text[] NOT NULL, PRIMARY KEY (place, seq, idx)
);

CREATE TABLE picture (
  place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, role text NOT NULL, sha256 text NOT NULL, media_type text NOT NULL,
  PRIMARY KEY (place, seq, idx, role)
);

CREATE TABLE hour (           -- low-dimensional roll-up
  place text NOT NULL, hour bigint NOT NULL, direction text NOT NULL,
  opened integer NOT NULL DEFAULT 0, departed integer NOT NULL DEFAULT 0, PRIMARY KEY (place, hour, direction)
);
