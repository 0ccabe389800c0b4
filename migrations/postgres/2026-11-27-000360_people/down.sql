-- Sessions at browsers end, and who belongs to no organization goes.
DROP TABLE recovery_code;
DROP TABLE reset_link;
DROP TABLE web_session;
DELETE FROM user_account WHERE org NOT IN (SELECT code FROM organization);
ALTER TABLE user_account DROP COLUMN factor_step;
ALTER TABLE user_account DROP COLUMN factor_at;
ALTER TABLE user_account DROP COLUMN factor;
ALTER TABLE user_account DROP COLUMN password_changed_at;
ALTER TABLE user_account DROP COLUMN locked_at;
ALTER TABLE user_account DROP COLUMN theme;
ALTER TABLE user_account DROP COLUMN language;
ALTER TABLE user_account DROP COLUMN display_name;
ALTER TABLE user_account DROP COLUMN roles;
ALTER TABLE user_account ADD CONSTRAINT user_account_org_fkey FOREIGN KEY (org) REFERENCES organization (code);
