-- What the servers of a database sign the beginnings of senders' forms with: random, the same for all of them.
CREATE TABLE lodging_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB NOT NULL
);
INSERT INTO lodging_key (id, key) VALUES (1, randomblob(32));
