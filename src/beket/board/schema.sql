-- Read tables of the board. Everything here is a fold of the log: drop it and rebuild it at any time.
-- Instants are milliseconds since 1970 UTC; (place, seq, idx) is an entry's address in the log.
-- Created inside the schema that the connection's search_path names.

CREATE TABLE position (       -- how far this board has folded each place's chain: readings through seq, facts through fact_seq
  place text PRIMARY KEY, seq bigint NOT NULL DEFAULT 0, fact_seq bigint NOT NULL DEFAULT 0
);

CREATE TABLE place (
  id text PRIMARY KEY, name_ky text NOT NULL DEFAULT '', name_ru text NOT NULL DEFAULT '', name_en text NOT NULL DEFAULT '',
  latitude double precision NOT NULL DEFAULT 0, longitude double precision NOT NULL DEFAULT 0,
  zone_name text NOT NULL DEFAULT 'Asia/Bishkek', neighbour text, mode text NOT NULL DEFAULT 'road',
  border text NOT NULL DEFAULT 'external', kind text NOT NULL DEFAULT 'border_checkpoint',
  described boolean NOT NULL DEFAULT false,  -- false while readings came and no layout yet
  layout text,                 -- the layout in force, as table layout names it
  newest_at bigint,            -- when the newest reading of a device was received
  newest_seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE lane (
  place text NOT NULL, id text NOT NULL, direction text NOT NULL, ordinal integer NOT NULL DEFAULT 0, PRIMARY KEY (place, id)
);

CREATE TABLE device (
  place text NOT NULL, id text NOT NULL, driver text NOT NULL DEFAULT '', lane text NOT NULL DEFAULT '',
  zone text NOT NULL DEFAULT '', view text NOT NULL DEFAULT '',
  model text, serial text, expected_period_s integer NOT NULL DEFAULT 0, verified_until text,
  klass text, firmware text, installed_on text, verified_on text, calibrated_on text, calibrated_until text,
  accuracy_class text, scale_error_kg double precision,
  described boolean NOT NULL DEFAULT false,  -- false when no layout in force names it
  ordinal integer NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'unknown',   -- up | down | unknown
  reason text, since bigint, state_fact text,
  clock_wrong boolean NOT NULL DEFAULT false, clock_fact text, drift_ms bigint,
  readings bigint NOT NULL DEFAULT 0,
  last_seq bigint, last_idx integer, last_kind text, last_received bigint,
  PRIMARY KEY (place, id)
) WITH (fillfactor = 50);

CREATE TABLE crossing (
  place text NOT NULL, id text PRIMARY KEY, direction text NOT NULL, lane text NOT NULL,
  opened_at bigint NOT NULL, opened_by text NOT NULL, zone text NOT NULL,
  plate text, country text, plate_rank integer NOT NULL DEFAULT 0,
  trailer text, trailer_country text, container text, vehicle_type text,
  gross_kg double precision, gross_at bigint, gamma_alarm boolean, neutron_alarm boolean,
  controlled_at bigint, departed_at bigint, closed_at bigint, close_reason text,
  unexplained text, joined_into text,
  opened_seq bigint, ended_seq bigint,  -- the frames whose facts opened it, and first said that it is over
  evidence integer NOT NULL DEFAULT 0, last_at bigint NOT NULL,
  picture text, plate_picture text
) WITH (fillfactor = 70);     -- room for updates in place: no index below names a column that every evidence changes
CREATE INDEX crossing_recent ON crossing (opened_at DESC, id DESC);
CREATE INDEX crossing_recent_of_place ON crossing (place, opened_at DESC, id DESC);
CREATE INDEX crossing_open ON crossing (place, opened_at)
  WHERE departed_at IS NULL AND closed_at IS NULL AND joined_into IS NULL;
CREATE INDEX crossing_departed ON crossing (departed_at) WHERE departed_at IS NOT NULL;
CREATE INDEX crossing_joined ON crossing (joined_into) WHERE joined_into IS NOT NULL;
CREATE INDEX crossing_alarmed ON crossing (opened_at DESC, id DESC) WHERE gamma_alarm OR neutron_alarm;

CREATE TABLE crossing_key (   -- every plate and container a crossing was ever taken for, folded: one writing, or two with a blank between
  key text COLLATE "C" NOT NULL, crossing text NOT NULL, place text NOT NULL, opened_at bigint NOT NULL,
  folded text COLLATE "C" GENERATED ALWAYS AS (substr(key, strpos(key, ' ') + 1)) STORED, PRIMARY KEY (key, crossing)
);
CREATE INDEX crossing_key_folded ON crossing_key (folded, opened_at DESC);
CREATE INDEX crossing_key_recent ON crossing_key (opened_at DESC, crossing DESC) INCLUDE (key, place);
CREATE INDEX crossing_key_recent_of_place ON crossing_key (place, opened_at DESC, crossing DESC) INCLUDE (key);
CREATE INDEX crossing_key_of_crossing ON crossing_key (crossing);
CREATE TABLE key_part (       -- every ending (three signs or more) of every key, so that a part of a plate finds it by prefix
  part text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, PRIMARY KEY (part, key)
);

CREATE TABLE evidence (       -- because: references of entries, a blank between; a crossing's id begins with its place
  place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, crossing text NOT NULL, kind text NOT NULL,
  device text NOT NULL, lane text NOT NULL, zone text NOT NULL, at bigint NOT NULL,
  gross_kg double precision, gamma_alarm boolean, neutron_alarm boolean,
  because text NOT NULL, fact_seq bigint NOT NULL, fact_idx integer NOT NULL, PRIMARY KEY (crossing, seq, idx)
);

CREATE TABLE conclusion (     -- every fact about a crossing but attached evidence (which has its own row), whole; kind: its tag
  crossing text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, kind text NOT NULL, fact text NOT NULL,
  PRIMARY KEY (crossing, seq, idx)
);

CREATE TABLE sighting (       -- what a camera or reader said it saw; sort: of a document its type, of a scan its verdict
  place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, device text NOT NULL, received bigint NOT NULL,
  value text, country text, confidence double precision, vehicle_type text, sort text, PRIMARY KEY (place, seq, idx)
);

CREATE TABLE picture (
  place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, role text NOT NULL, ordinal integer NOT NULL,
  sha256 text NOT NULL, size bigint NOT NULL, media_type text NOT NULL, PRIMARY KEY (place, seq, idx, ordinal)
);
CREATE INDEX picture_by_name ON picture (sha256);

CREATE TABLE hour (           -- low-dimensional roll-up
  place text NOT NULL, hour bigint NOT NULL, direction text NOT NULL,
  opened integer NOT NULL DEFAULT 0, departed integer NOT NULL DEFAULT 0, PRIMARY KEY (place, hour, direction)
) WITH (fillfactor = 50);

CREATE TABLE device_aspect (  -- installed, powered, calibrated, sending, used: each with its own since; holds is null where nobody can tell
  place text NOT NULL, device text NOT NULL, aspect text NOT NULL, holds boolean, why text, since bigint NOT NULL,
  fact text NOT NULL, PRIMARY KEY (place, device, aspect)
);

CREATE TABLE device_doubt (   -- what a device measures of itself is out of bounds
  place text NOT NULL, device text NOT NULL, doubt text NOT NULL, active boolean NOT NULL,
  measured double precision, usual double precision, bound double precision, since bigint NOT NULL, fact text NOT NULL,
  PRIMARY KEY (place, device, doubt)
);

CREATE TABLE maintenance (    -- the newest window of each device; over when ended_at is there
  place text NOT NULL, device text NOT NULL, from_at bigint NOT NULL, until_at bigint NOT NULL, reason text NOT NULL,
  by_whom text NOT NULL, fact text NOT NULL, ended_at bigint, PRIMARY KEY (place, device)
);

CREATE TABLE alarm (          -- radiation alarms and how they were judged; open while not settled
  place text NOT NULL, of text NOT NULL, device text NOT NULL, lane text NOT NULL, gamma boolean NOT NULL,
  neutron boolean NOT NULL, by_nature boolean NOT NULL, raised_at bigint NOT NULL, fact text NOT NULL,
  code integer, by_whom text, second text, settled boolean NOT NULL DEFAULT false, judged_at bigint, judged_fact text,
  PRIMARY KEY (place, of)
);
CREATE INDEX alarm_open ON alarm (place, raised_at) WHERE NOT settled;

CREATE TABLE refusal (        -- decisions that could not be taken so
  place text NOT NULL, decision text NOT NULL, by_whom text NOT NULL, why text NOT NULL, at bigint NOT NULL,
  fact text NOT NULL, PRIMARY KEY (place, decision)
);

CREATE TABLE health (         -- the health curve of each device; a week is kept here, all of it in the log
  place text NOT NULL, device text NOT NULL, at bigint NOT NULL, alive boolean NOT NULL, messages bigint NOT NULL,
  resent bigint NOT NULL, refused bigint NOT NULL, drift_ms bigint, plates bigint NOT NULL, unread bigint NOT NULL,
  zero_kg double precision, gamma_background double precision, neutron_background double precision,
  PRIMARY KEY (place, device, at)
);

CREATE TABLE switch_order (   -- orders to a lane's equipment and what became of each; result is null while nothing is known
  place text NOT NULL, decision text NOT NULL, device text NOT NULL, what text NOT NULL, why text NOT NULL, crossing text,
  by_whom text NOT NULL, role text NOT NULL, at bigint NOT NULL, until_at bigint NOT NULL,
  seq bigint NOT NULL, idx integer NOT NULL,
  result text, result_why text, result_at bigint, result_seq bigint, result_idx integer, PRIMARY KEY (place, decision)
);
CREATE INDEX switch_order_of_device ON switch_order (place, device, seq DESC, idx DESC);

CREATE TABLE standing (       -- how each thing of a device last said that it stands: a barrier, a light, a loop
  place text NOT NULL, device text NOT NULL, what text NOT NULL, state text NOT NULL, at bigint NOT NULL,
  seq bigint NOT NULL, idx integer NOT NULL, PRIMARY KEY (place, device, what)
) WITH (fillfactor = 50);

CREATE TABLE lodging (        -- how a document came in, and what its reading left over
  place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, way text NOT NULL, by_whom text NOT NULL, file_name text,
  unread integer NOT NULL, remarks integer NOT NULL, PRIMARY KEY (place, seq, idx)
);

CREATE TABLE document (       -- trade documents on file; (place, seq, idx) is the entry that brought it; offered: crossings, a blank between
  id text PRIMARY KEY, place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, kind text NOT NULL, format text NOT NULL,
  number text, version integer NOT NULL, replaces text, replaced_by text, unannounced boolean NOT NULL,
  confirmed boolean NOT NULL, cancels boolean NOT NULL, issued_on text, filed_at bigint NOT NULL, consignor text,
  consignee text, plates text NOT NULL, gross_kg text, items integer NOT NULL, gist text NOT NULL, fact text NOT NULL,
  offered text NOT NULL DEFAULT '',
  source text, answered text, answered_why text, differences text, answered_at bigint  -- what a certificate's source says of it
);
CREATE INDEX document_recent ON document (filed_at DESC, id DESC) WHERE replaced_by IS NULL;
CREATE INDEX document_offered ON document (place, filed_at) WHERE offered <> '';
CREATE TABLE document_key (   -- numbers, plates, containers, makers' numbers and names of documents, folded
  key text COLLATE "C" NOT NULL, document text NOT NULL, place text NOT NULL, filed_at bigint NOT NULL, PRIMARY KEY (key, document)
);
CREATE INDEX document_key_newest ON document_key (key, filed_at DESC);

CREATE TABLE document_crossing (  -- whose a document is, and why; gone: why it is so no longer
  document text NOT NULL, crossing text NOT NULL, place text NOT NULL, by_what text NOT NULL, sign text, ordered_by text,
  at bigint NOT NULL, because text NOT NULL, fact text NOT NULL, gone text, PRIMARY KEY (crossing, document)
);
CREATE INDEX document_crossing_of_document ON document_crossing (document);

CREATE TABLE finding (        -- what does not agree, about a crossing or one document (about names either); told: values by name, JSON
  about text NOT NULL, place text NOT NULL, rule text NOT NULL, subject text NOT NULL, level text NOT NULL, ranking integer NOT NULL,
  told text NOT NULL, documents text NOT NULL, at bigint NOT NULL, because text NOT NULL, fact text NOT NULL,
  active boolean NOT NULL, device text,  -- whose measurement it goes by, where the rule says so
  PRIMARY KEY (about, rule, subject)
);
CREATE INDEX finding_of_device ON finding ((device || ' ' || rule), at DESC) WHERE device IS NOT NULL;
CREATE INDEX finding_active ON finding (place, ranking, at) WHERE active;

CREATE TABLE document_map (   -- maps of documents that people saved, each version, and where one was put out of force; (place, seq, idx) is the fact
  place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, name text NOT NULL, version integer NOT NULL,
  active boolean NOT NULL, title text, text text,  -- the TOML, as a JSON string
  sha256 text NOT NULL, replaces text, made_from text, by_whom text NOT NULL, why text, at bigint NOT NULL,
  PRIMARY KEY (place, seq, idx)
);
CREATE INDEX document_map_of_name ON document_map (name, at DESC);

CREATE TABLE situation (      -- what needs people, open while closed_at and merged_into are null; asks: nobody sees to it now
  place text NOT NULL, id text PRIMARY KEY, about text NOT NULL, subject text NOT NULL, sort text NOT NULL,
  level text NOT NULL, ranking integer NOT NULL, opened_at bigint NOT NULL, version integer NOT NULL,
  rung text NOT NULL, asks boolean NOT NULL, asked_at bigint NOT NULL, again text,
  holder text, until_at bigint, snoozed_until bigint, handing boolean NOT NULL,
  asked_for text, asked_for_by text, asked_for_at bigint,  -- what its post was asked to do
  proposed text, proposed_by text,
  outcome text, closed_at bigint, closed_by text, second text, remark text, merged_into text
) WITH (fillfactor = 50);
CREATE INDEX situation_open ON situation (place, ranking, opened_at) WHERE closed_at IS NULL AND merged_into IS NULL;
CREATE INDEX situation_closed ON situation (closed_at DESC) WHERE closed_at IS NOT NULL;
CREATE INDEX situation_about ON situation (about);
CREATE INDEX situation_merged ON situation (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE situation_signal (  -- what a situation rests on, and rested on; what stands in a merged one stands in the other
  situation text NOT NULL, key text NOT NULL, place text NOT NULL, kind text NOT NULL, about text NOT NULL, name text NOT NULL,
  subject text NOT NULL, level text NOT NULL, ranking integer NOT NULL, raised_at bigint NOT NULL, gone_at bigint,
  four_eyes boolean NOT NULL, gone_with boolean NOT NULL,  -- two people close it; the conveyance left with it open
  PRIMARY KEY (situation, key)
);
CREATE INDEX situation_signal_standing ON situation_signal (place, key) WHERE gone_at IS NULL;
CREATE INDEX situation_signal_of_device ON situation_signal ((about || ' ' || name), raised_at DESC)
  WHERE kind IN ('failed', 'doubted', 'unused');

CREATE TABLE situation_check (   -- steps of the card that somebody did, or took back
  situation text NOT NULL, code text NOT NULL, done boolean NOT NULL, by_whom text NOT NULL, at bigint NOT NULL,
  PRIMARY KEY (situation, code)
);

CREATE TABLE situation_fact (    -- every fact about a situation, whole
  situation text NOT NULL, place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, fact text NOT NULL,
  PRIMARY KEY (situation, seq, idx)
);

CREATE TABLE shift (             -- who is and was on shift; handed: situations that waited for the relief, a blank between
  place text NOT NULL, account text NOT NULL, role text NOT NULL, started_at bigint NOT NULL, ended_at bigint,
  ended_seq bigint, ended_idx integer,  -- the fact that ended it
  forgotten boolean NOT NULL DEFAULT false, handed text NOT NULL DEFAULT '', confirmed_by text, confirmed_at bigint,
  PRIMARY KEY (place, account, started_at)
);
CREATE INDEX shift_on ON shift (place, account) WHERE ended_at IS NULL;
CREATE TABLE procedure (        -- every procedure that was proposed; what is in force is what was approved, by from_at
  place text NOT NULL, of text NOT NULL, code text NOT NULL, direction text NOT NULL, template text NOT NULL,
  trial boolean NOT NULL, text text NOT NULL, sha256 text NOT NULL, from_at bigint NOT NULL, by_whom text NOT NULL,
  at bigint NOT NULL, status text NOT NULL DEFAULT 'proposed', version integer, second text, settled_at bigint, why text,
  PRIMARY KEY (place, of)
);

CREATE TABLE weight_limits (    -- every table of limits of mass that was proposed; text as a JSON string; the newest that was set is gone by
  place text NOT NULL, of text NOT NULL, text text NOT NULL, sha256 text NOT NULL, by_whom text NOT NULL, at bigint NOT NULL,
  status text NOT NULL DEFAULT 'proposed', version integer, second text, settled_at bigint, why text, PRIMARY KEY (place, of)
);

CREATE TABLE layout (           -- every layout of a checkpoint that was proposed or that the site file brought; post as JSON
  place text NOT NULL, of text NOT NULL, post text NOT NULL, sha256 text NOT NULL, replaces text, from_at bigint NOT NULL,
  by_whom text NOT NULL DEFAULT '', at bigint NOT NULL, status text NOT NULL DEFAULT 'proposed', version integer, second text,
  settled_at bigint, why text, superseded boolean NOT NULL DEFAULT false, in_force_at bigint, PRIMARY KEY (place, of)
);

CREATE TABLE course (           -- where a crossing stands in its procedure; lists and steps as JSON
  place text NOT NULL, crossing text PRIMARY KEY, procedure text NOT NULL, state text NOT NULL, proven boolean NOT NULL,
  steps text NOT NULL, lacks text NOT NULL, claims text NOT NULL, overdue text NOT NULL, since bigint NOT NULL,
  seq bigint NOT NULL, idx integer NOT NULL
) WITH (fillfactor = 60);
CREATE INDEX course_state ON course (place, state);

CREATE TABLE course_step (      -- the stamps of each step: what a release study is made of
  place text NOT NULL, crossing text NOT NULL, step text NOT NULL, asked_at bigint, begun_at bigint, begun_by text,
  done_at bigint, outcome text, effect text, agency text, by_whom text, remark text, override text, decided text,
  unneeded_at bigint,           -- when it was found that this crossing does not need it
  overtaken_at bigint,          -- when one whose turn came later was there first (or drove off first, with the step that releases)
  PRIMARY KEY (crossing, step)
) WITH (fillfactor = 60);
CREATE INDEX course_step_done ON course_step (place, done_at) WHERE done_at IS NOT NULL;

CREATE TABLE claim (            -- what somebody said of a crossing without proof
  place text NOT NULL, crossing text NOT NULL, state text NOT NULL, by_whom text NOT NULL, agency text NOT NULL,
  remark text NOT NULL, at bigint NOT NULL, PRIMARY KEY (crossing, state)
);
CREATE TABLE passage (         -- who records a conveyance at the lane
  place text NOT NULL, crossing text PRIMARY KEY, by_whom text NOT NULL, agency text NOT NULL, at bigint NOT NULL
);

CREATE TABLE passage_record (  -- what was signed of it; of: the entry that says so; notes and photos as JSON; began_at, signed_at: the tablet's clock
  place text NOT NULL, crossing text NOT NULL, of text NOT NULL, record text NOT NULL, by_whom text NOT NULL,
  agency text NOT NULL, at bigint NOT NULL, began_at bigint NOT NULL, signed_at bigint NOT NULL, offline boolean NOT NULL,
  notes text NOT NULL, photos text NOT NULL, PRIMARY KEY (place, of)
);
CREATE INDEX passage_record_of_crossing ON passage_record (crossing, at);
CREATE INDEX passage_record_by_name ON passage_record (record);
CREATE TABLE neighbour_stop (   -- somebody said that the neighbour takes (out) or sends (in) nobody; of: the entry that said so first; by_whom: who said it last
  place text NOT NULL, of text NOT NULL, direction text NOT NULL, since_at bigint NOT NULL, until_at bigint NOT NULL,
  by_whom text NOT NULL, agency text NOT NULL, remark text NOT NULL, said_at bigint NOT NULL,
  ended_at bigint, ended_why text, ended_by text, ended_ref text, PRIMARY KEY (place, of)
);
CREATE INDEX neighbour_stop_since ON neighbour_stop (place, since_at);

CREATE TABLE trade_wait (       -- an agency said that it waits for the driver or the papers of a conveyance; the same
  place text NOT NULL, of text NOT NULL, crossing text NOT NULL, agency text NOT NULL, what text NOT NULL,
  by_whom text NOT NULL, remark text NOT NULL, began_at bigint NOT NULL, until_at bigint NOT NULL,
  ended_at bigint, ended_why text, ended_by text, ended_ref text, PRIMARY KEY (place, of)
);
CREATE INDEX trade_wait_of_crossing ON trade_wait (crossing);

CREATE TABLE act (            -- acts of the house; (place, seq, idx) is the fact; act: as data, JSON; signed: the entry that brought the signed paper
  number text PRIMARY KEY, place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, crossing text NOT NULL,
  decision text NOT NULL, act text NOT NULL, sha256 text NOT NULL, at bigint NOT NULL, replaced_by text,
  signed text, signed_fact text, signed_at bigint, pdf text, size bigint, signer text, certificate text, demo boolean
);
CREATE INDEX act_of_crossing ON act (crossing, at);
CREATE INDEX act_of_decision ON act (decision);
CREATE INDEX act_of_pdf ON act (pdf) WHERE pdf IS NOT NULL;

CREATE TABLE slip (            -- printed slips that were shown after an outage, by the entry that showed each; (place, seq, idx) is the fact; slip: as data, JSON
  place text NOT NULL, of text NOT NULL, crossing text,  -- null while its conveyance was not seen
  slip text NOT NULL, signer text NOT NULL, by_whom text NOT NULL, fits text, shown_at bigint NOT NULL,
  until_at bigint NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, PRIMARY KEY (place, of)
);
CREATE INDEX slip_of_crossing ON slip (crossing) WHERE crossing IS NOT NULL;
CREATE INDEX slip_waiting ON slip (shown_at) WHERE crossing IS NULL;

-- What the tables above forget: how things stood before a later fact changed them, by the frame that said so.
CREATE TABLE place_past (      -- each layout that was in force; devices: their ids as JSON
  place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, name_ky text NOT NULL, name_ru text NOT NULL,
  name_en text NOT NULL, latitude double precision NOT NULL, longitude double precision NOT NULL, zone_name text NOT NULL,
  neighbour text, mode text NOT NULL, border text NOT NULL, kind text NOT NULL, devices text NOT NULL,
  PRIMARY KEY (place, seq, idx)
);
CREATE TABLE heard (           -- the newest reading of a device that a place had in each minute of the log's own time
  place text NOT NULL, minute bigint NOT NULL, newest_at bigint NOT NULL, PRIMARY KEY (place, minute)
) WITH (fillfactor = 50);
CREATE TABLE device_past (     -- what was said of a device, one thing after the other; from_at, until_at of a maintenance window
  place text NOT NULL, device text NOT NULL, kind text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL,
  from_at bigint, until_at bigint, PRIMARY KEY (place, device, seq, idx)
);
CREATE TABLE finding_past (    -- what a rule said of a crossing or a document, one thing after the other; ranking is null where it took it back
  about text NOT NULL, rule text NOT NULL, subject text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL,
  ranking integer, PRIMARY KEY (about, rule, subject, seq, idx)
);
CREATE TABLE evidence_past (   -- whose evidence was until the frame until_seq gave it to another crossing
  place text NOT NULL, seq bigint NOT NULL, idx integer NOT NULL, crossing text NOT NULL, zone text NOT NULL,
  at bigint NOT NULL, gamma_alarm boolean, neutron_alarm boolean, fact_seq bigint NOT NULL, until_seq bigint NOT NULL,
  PRIMARY KEY (place, seq, idx, until_seq)
);
CREATE INDEX evidence_past_of_crossing ON evidence_past (crossing);
