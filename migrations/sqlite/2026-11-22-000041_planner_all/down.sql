DELETE FROM sqlite_stat1 WHERE tbl <> 'mail_object';
