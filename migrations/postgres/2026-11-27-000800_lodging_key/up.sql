-- What the servers of a database sign the beginnings of senders' forms with: random, the same for all of them.
CREATE TABLE lodging_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key BYTEA NOT NULL
);
-- 244 random bits: PostgreSQL gives none but in UUIDs.
INSERT INTO lodging_key (id, key) VALUES (1, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
