-- Whoever audits changes nothing, whichever other role that login has (access.internal.AuditorsOnlyLook says so before the database does).
create or replace function kasane.may_write() returns boolean
    language sql stable
    return kasane.has_role('reception', 'coordinator', 'member', 'manager', 'system') and not kasane.has_role('auditor');
create or replace function kasane.may_set() returns boolean
    language sql stable
    return kasane.has_role('manager', 'admin') and not kasane.has_role('auditor');

-- V1 granted it with all tables of the schema: which migrations have run is none of the application's business.
revoke insert, update on kasane.flyway_schema_history from kasane_app;
