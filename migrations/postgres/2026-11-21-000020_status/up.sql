-- What the belt asks for, beside the item itself.
ALTER TABLE mail_object ADD COLUMN declared_at TIMESTAMPTZ;
-- Present once a referral was raised: until then the state follows from the other columns.
ALTER TABLE mail_object ADD COLUMN security_state TEXT;
-- 1 blocked, 2 warning.
ALTER TABLE mail_object ADD COLUMN watchdog INTEGER;
ALTER TABLE mail_object ADD COLUMN watchdog_remarks TEXT;
ALTER TABLE mail_object ADD COLUMN watchdog_until TIMESTAMPTZ;
ALTER TABLE response ADD COLUMN fiscal_state TEXT;
CREATE INDEX mail_object_referred ON mail_object (post_org, pid) WHERE security_state IS NOT NULL;
UPDATE mail_object SET declared_at = created_at WHERE EXISTS (
    SELECT 1 FROM declaration WHERE declaration.post_org = mail_object.post_org
        AND declaration.object_pid = mail_object.pid AND (declaration.seen OR declaration.sent)
);
