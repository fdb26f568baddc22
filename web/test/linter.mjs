export { Linter } from '@camunda/linting';
