-- Own customs may see the declaration: known to the belt without asking for it.
ALTER TABLE mail_object ADD COLUMN declaration_seen BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE mail_object SET declaration_seen = TRUE WHERE EXISTS (
    SELECT 1 FROM declaration WHERE declaration.post_org = mail_object.post_org
        AND declaration.object_pid = mail_object.pid AND declaration.seen
);
-- What went to customs alone was not sent to the destination.
UPDATE mail_object SET declared_at = NULL WHERE flow <> 'I' AND declared_at IS NOT NULL
    AND (dest_post = 'ZZZ' OR NOT EXISTS (
        SELECT 1 FROM declaration WHERE declaration.post_org = mail_object.post_org
            AND declaration.object_pid = mail_object.pid AND declaration.sent
    ))
    AND NOT EXISTS (
        SELECT 1 FROM item_history WHERE item_history.post_org = mail_object.post_org
            AND item_history.object_pid = mail_object.pid AND item_history.event = 'declaration.received'
    );
