-- Plans that are right before anything was analysed. Without figures PostgreSQL takes every condition to leave one row of a
-- small table, finds all indexes alike that begin with the post, and takes the newest, whatever else the query names; the
-- plan stays while the table grows. So each index but the primary key is one of the rows that have what it is for: it can
-- be used where the query names that and nowhere else, and is newer than the primary key, which it goes before there.
ALTER TABLE mail_object DROP CONSTRAINT mail_object_post_org_item_id_orig_post_life_no_key;
DROP INDEX mail_object_posting;
DROP INDEX mail_object_state;
DROP INDEX mail_object_pending;
DROP INDEX mail_object_referred;
-- What customs has to work on.
CREATE INDEX mail_object_pending ON mail_object (post_org, pid) WHERE NOT has_response;
CREATE INDEX mail_object_referred ON mail_object (post_org, pid) WHERE security_state IS NOT NULL;
CREATE INDEX mail_object_posting ON mail_object (post_org, posting_dt) WHERE posting_dt IS NOT NULL;
CREATE INDEX mail_object_state ON mail_object (post_org, mail_state, flow, pid) WHERE mail_state IS NOT NULL;
CREATE UNIQUE INDEX mail_object_item ON mail_object (post_org, item_id, orig_post, life_no) WHERE item_id IS NOT NULL;

DROP INDEX referral_code;
DROP INDEX referral_event;
CREATE INDEX referral_code ON referral (post_org, code, object_pid) WHERE code IS NOT NULL;
CREATE INDEX referral_event ON referral (post_org, event_at, object_pid) WHERE event_at IS NOT NULL;

DROP INDEX referral_response_code;
DROP INDEX referral_response_event;
CREATE INDEX referral_response_code ON referral_response (post_org, code, object_pid) WHERE code IS NOT NULL;
CREATE INDEX referral_response_event ON referral_response (post_org, event_at, object_pid) WHERE event_at IS NOT NULL;

DROP INDEX decision_author;
CREATE INDEX decision_author ON decision (post_org, author_org) WHERE author_org IS NOT NULL;

DROP INDEX handed_customs;
CREATE INDEX handed_customs ON handed (post_org, customs_org) WHERE customs_org IS NOT NULL;

DROP INDEX message_out_item;
CREATE INDEX message_out_item ON message_out (post_org, object_pid, kind) WHERE object_pid IS NOT NULL;

DROP INDEX item_in_item;
CREATE INDEX item_in_item ON item_in (recipient, item_id) WHERE item_id IS NOT NULL;

DROP INDEX post_seal_at;
CREATE INDEX post_seal_at ON post_seal (post_org, sealed_at) WHERE sealed_at IS NOT NULL;
