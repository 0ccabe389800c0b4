DROP TABLE organization_setting;
