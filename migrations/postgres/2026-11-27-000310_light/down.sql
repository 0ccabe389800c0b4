DROP TABLE light_walk;
DROP TABLE light_due;
ALTER TABLE mail_object DROP COLUMN light;
