DELETE FROM sqlite_stat1 WHERE tbl IN ('decision', 'handed');
DROP TABLE unjudged_post;
DROP TABLE handed;
DROP TABLE decision;
ALTER TABLE response DROP COLUMN lapsed;
ALTER TABLE item_in DROP COLUMN orig_post;
ALTER TABLE declaration DROP COLUMN handed_over_by;
ALTER TABLE declaration DROP COLUMN declared_by;
ALTER TABLE mail_object DROP COLUMN facts;
