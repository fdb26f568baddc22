-- A re-seat asks what was ordered of its stream before, and which instances came of it.
create index outbox_stream on kasane.outbox (stream_id, id);
create index process_instance_of on engine.process_instance (instance_key, process_id);
