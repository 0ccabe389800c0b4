ALTER TABLE mail_object DROP COLUMN declaration_seen;
UPDATE mail_object SET declared_at = created_at WHERE declared_at IS NULL AND EXISTS (
    SELECT 1 FROM declaration WHERE declaration.post_org = mail_object.post_org
        AND declaration.object_pid = mail_object.pid AND (declaration.seen OR declaration.sent)
);
