// Called by Maven: installs the packages when the lock file changed, bundles when a source changed, else does nothing.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const digest = (files) =>
  files.reduce((hash, file) => hash.update(file).update(readFileSync(file)), createHash('sha256')).digest('hex');
const filesBelow = (directory) =>
  readdirSync(directory)
    .sort()
    .flatMap((name) => {
      const path = join(directory, name);
      return statSync(path).isDirectory() ? filesBelow(path) : [path];
    });

function unlessDone(marker, wanted, whatFor, command, args) {
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  console.log(whatFor);
  const run = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (run.status !== 0) {
    console.error(`${whatFor}: failed (${run.error?.message ?? `exit ${run.status}`})`);
    process.exit(1);
  }
  mkdirSync(join(marker, '..'), { recursive: true });
  writeFileSync(marker, wanted);
}

const packages = digest(['package.json', 'package-lock.json']);
unlessDone('node_modules/.kasane', packages, 'web: fetching packages (npm ci)', npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
const sources = packages + digest(['vite.config.ts', 'tsconfig.json', ...filesBelow('src')]);
unlessDone('dist/.kasane', sources, 'web: bundling (vite build)', npm, ['run', '--silent', 'build']);
