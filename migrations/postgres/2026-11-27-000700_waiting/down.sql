DROP INDEX message_out_failed;
DROP INDEX declaration_draft;
DROP INDEX referral_waiting;
