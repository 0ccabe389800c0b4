-- Back to what stood on the items; marks set since are lost. An item that has changed since is left without, as its history
-- tells.
ALTER TABLE mail_object ADD COLUMN watchdog INTEGER;
ALTER TABLE mail_object ADD COLUMN watchdog_remarks TEXT;
ALTER TABLE mail_object ADD COLUMN watchdog_until BIGINT;
UPDATE mail_object SET watchdog = retired.operation, watchdog_remarks = retired.remarks, watchdog_until = retired.until
FROM retired_mark AS retired
WHERE retired.post_org = mail_object.post_org AND retired.object_pid = mail_object.pid
    AND retired.head_seq = mail_object.head_seq;
DROP TABLE retired_mark;
DROP TABLE mark;
DELETE FROM sqlite_stat1 WHERE tbl IN ('mark', 'retired_mark');
