DROP INDEX mail_object_referred;
ALTER TABLE response DROP COLUMN fiscal_state;
ALTER TABLE mail_object DROP COLUMN watchdog_until;
ALTER TABLE mail_object DROP COLUMN watchdog_remarks;
ALTER TABLE mail_object DROP COLUMN watchdog;
ALTER TABLE mail_object DROP COLUMN security_state;
ALTER TABLE mail_object DROP COLUMN declared_at;
