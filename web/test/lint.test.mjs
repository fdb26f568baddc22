// Run by jp.kasane.model.CamundaLintTest, and by hand: npm test. What Camunda's own linter says of what is shipped, as the editor asks it.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'vite';

const processes = new URL('../../processes/', import.meta.url);

let lint;
let folder;
before(async () => {
  // The linter is written for bundlers: it becomes one module first.
  const [{ output }] = await build({
    configFile: false,
    root: new URL('../', import.meta.url).pathname,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry: new URL('./linter.mjs', import.meta.url).pathname, formats: ['es'] } },
  });
  folder = mkdtempSync(join(tmpdir(), 'kasane-lint-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const chunk of output) writeFileSync(join(folder, chunk.fileName), chunk.code);
  const { Linter } = await import(join(folder, output[0].fileName));
  const { BpmnModdle } = await import('bpmn-moddle');
  const zeebe = JSON.parse(readFileSync(new URL('../node_modules/zeebe-bpmn-moddle/resources/zeebe.json', import.meta.url), 'utf8'));
  const linter = new Linter({ modeler: 'web', type: 'cloud' });
  lint = async (xml) => linter.lint((await new BpmnModdle({ zeebe }).fromXML(xml)).rootElement);
});

after(() => rmSync(folder, { recursive: true }));

const shipped = readdirSync(processes).filter((name) => name.endsWith('.bpmn'));
const read = (name) => readFileSync(new URL(name, processes), 'utf8');

test('nothing is wrong with what is shipped, for Camunda 8.6', async () => {
  assert.ok(shipped.length > 15);
  for (const name of shipped) {
    const found = (await lint(read(name))).filter((one) => one.category === 'error');
    assert.deepEqual(found.map((one) => `${one.rule} ${one.id}: ${one.message}`), [], name);
  }
});

test('what Camunda 8.6 does not take is found', async () => {
  const found = await lint(read('plan.bpmn').replace(/<bpmn:userTask id="Task_DraftPlan"/, '<bpmn:complexGateway id="Gateway_Odd" />$&'));
  assert.ok(found.some((one) => one.id === 'Gateway_Odd' && one.category === 'error'), JSON.stringify(found));
});
