-- How many notices somebody has not read stands on every page.
create index notification_unread on kasane.notification (user_id) where read_at is null;
