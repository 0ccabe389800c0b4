-- Names of one meaning: what couriers were notified of, and messages that failed.
ALTER TABLE courier_declaration RENAME COLUMN told TO notified;
DROP INDEX message_out_mending;
CREATE INDEX message_out_failed ON message_out (post_org, id) WHERE state IN (3, 4);
