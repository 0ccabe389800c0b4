DROP INDEX message_out_failed;
CREATE INDEX message_out_mending ON message_out (post_org, id) WHERE state IN (3, 4);
ALTER TABLE courier_declaration RENAME COLUMN notified TO told;
