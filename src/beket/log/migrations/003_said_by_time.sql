-- A reading's id begins with its time: put first, new ids of all places meet in one corner of the index.

ALTER TABLE beket.said DROP CONSTRAINT said_pkey, ADD PRIMARY KEY (reading_id, place);
