-- A case's page asks for its open tasks: without these, every task that was ever done is looked at.
create index user_task_open_of_case on engine.user_task (case_id) where state = 'CREATED';
create index user_task_open_of_consultation on engine.user_task (consultation_id) where state = 'CREATED';
