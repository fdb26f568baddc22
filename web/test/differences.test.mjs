// Run by jp.kasane.model.DifferencesTest, and by hand: npm test.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { createServer } from 'vite';

const folder = new URL('../../', import.meta.url);
const file = (path) => readFileSync(new URL(path, folder), 'utf8');
const names = (path, ending) => readdirSync(new URL(path, folder)).filter((name) => name.endsWith(ending));

let vite;
let differences;
let tables;
let Unreadable;
before(async () => {
  vite = await createServer({
    configFile: false,
    root: new URL('../', import.meta.url).pathname,
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    appType: 'custom',
    logLevel: 'error',
    optimizeDeps: { noDiscovery: true },
    ssr: { noExternal: ['zeebe-bpmn-moddle'] },
  });
  ({ differences, tables, Unreadable } = await vite.ssrLoadModule('/src/differences.ts'));
});
after(() => vite.close());

const sentences = async (format, was, is, language = 'ja') => (await differences(format, was, is, language)).map((one) => one.sentence);
/** One replacement that must find its place. */
const changed = (text, from, to) => {
  assert.ok(from instanceof RegExp ? from.test(text) : text.includes(from), `not in the file: ${from}`);
  return text.replace(from, to);
};
const plan = file('processes/plan.bpmn');
const triage = file('processes/decisions/triage.dmn');
const draftForm = file('forms/plan-draft.form');

test('every shipped diagram, table and form is the same as itself', async () => {
  let compared = 0;
  for (const [format, path, ending] of [['process', 'processes/', '.bpmn'], ['decision', 'processes/decisions/', '.dmn'], ['form', 'forms/', '.form']]) {
    for (const name of names(path, ending)) {
      const text = file(path + name);
      assert.deepEqual(await differences(format, text, text, 'ja'), [], name);
      compared++;
    }
  }
  assert.ok(compared > 50, `${compared} files`);
});

test('whitespace, comments, prefixes and the order of elements are no difference', async () => {
  const other = plan
    .replaceAll('bpmn:', 'b:')
    .replace('xmlns:bpmn=', 'xmlns:b=')
    .replaceAll('>\n', '>\r\n\r\n  ')
    .replace('<b:process ', '<!-- 図 --><b:process ');
  const moved = changed(other, /(<b:startEvent[\s\S]*?<\/b:startEvent>)([\s\S]*)(<\/b:process>)/, '$2$1$3');
  assert.deepEqual(await differences('process', plan, moved, 'ja'), []);
});

test('what somebody does is told with its old and its new value, in both languages', async () => {
  const is = changed(plan, 'formId="plan-draft" bindingType="deployment" />\n        <zeebe:assignmentDefinition candidateGroups="coordinator"', 'formId="outreach-plan" bindingType="deployment" />\n        <zeebe:assignmentDefinition candidateGroups="manager"');
  assert.deepEqual(await sentences('process', plan, is), [
    '作業「支援プラン案の作成」の様式: plan-draft → outreach-plan',
    '作業「支援プラン案の作成」の候補グループ: coordinator → manager',
  ]);
  assert.deepEqual(await sentences('process', plan, is, 'en'), [
    'Task “支援プラン案の作成”, form: plan-draft → outreach-plan',
    'Task “支援プラン案の作成”, candidate groups: coordinator → manager',
  ]);
  const [one] = await differences('process', plan, is, 'ja');
  assert.deepEqual(
    { ...one, sentence: '' },
    { element: 'Task_DraftPlan', name: '支援プラン案の作成', kind: 'changed', property: 'ext/zeebe:FormDefinition/formId', before: 'plan-draft', after: 'outreach-plan', sentence: '', group: '作業「支援プラン案の作成」' },
  );
});

test('each property that a diagram of the house has is called by a word', async () => {
  const cases = [
    ['name="支援プラン案の作成"', 'name="支援プランの案"', '作業「支援プランの案」の名前: 支援プラン案の作成 → 支援プランの案'],
    ['<bpmn:documentation>待てない支援は', '<bpmn:documentation>急ぐ支援は', 'ジョブの作業「役割分担を先に始める」の説明: 待てない支援は会議の前に始め、次の重層的支援会議で追認を受ける。始めた件数は数える。 → 急ぐ支援は会議の前に始め、次の重層的支援会議で追認を受ける。始めた件数は数える。'],
    ['type="allocate-roles" retries="10"', 'type="allocate-roles" retries="3"', 'ジョブの作業「役割分担を先に始める」のやり直しの回数: 10 → 3'],
    ['type="allocate-roles"', 'type="close-case"', 'ジョブの作業「役割分担を先に始める」のジョブの型: allocate-roles → close-case'],
    ['key="step" value="Task_DraftPlan"', 'key="step" value="Task_X"', 'ジョブの作業「記録を保存」のジョブの設定「step」: Task_DraftPlan → Task_X'],
    ['<zeebe:input source="=meetingType" target="meetingType" />', '', 'プロセスの呼び出し「重層的支援会議で協議」の渡す変数「meetingType」: =meetingType → なし'],
    ['<zeebe:input source="=meetingType" target="meetingType" />', '<zeebe:input source="=route" target="meetingType" />', 'プロセスの呼び出し「重層的支援会議で協議」の渡す変数「meetingType」: =meetingType → =route'],
    ['processId="support-meeting" bindingType="latest"', 'processId="closure" bindingType="latest"', 'プロセスの呼び出し「重層的支援会議で協議」の呼ぶプロセス: support-meeting → closure'],
    ['decisionId="meeting-type"', 'decisionId="owner"', '決定表の作業「会議の種類を決める」の尋ねる決定表: meeting-type → owner'],
    ['default="Flow_PlanPath_to_MeetingType"', 'default="Flow_PlanPath_to_DecidePlan"', /^判断「進め方」のどれにも当たらないときの道: 判断「進め方」から決定表の作業「会議の種類を決める」への矢印.* → 判断「進め方」から作業「プランの決定・追認」への矢印/],
    ['isExecutable="true"', 'isExecutable="false"', 'プロセス「プラン作成・決定」の実行できるか: はい → いいえ'],
    ['modeler:executionPlatformVersion="8.6.0"', 'modeler:executionPlatformVersion="8.7.0"', '図のファイルのCamunda の版: 8.6.0 → 8.7.0'],
  ];
  for (const [from, to, sentence] of cases) {
    const told = await sentences('process', plan, changed(plan, from, to));
    assert.equal(told.length, 1, told.join('\n'));
    if (sentence instanceof RegExp) assert.match(told[0], sentence);
    else assert.equal(told[0], sentence);
  }
});

test('messages, timers, errors and boundary events are told where they are used', async () => {
  const referral = file('processes/referral.bpmn');
  const message = changed(referral, /correlationKey="=instanceKey"/, 'correlationKey="=caseId"');
  assert.match((await sentences('process', referral, message)).join('\n'), /のメッセージの相関キー: =instanceKey → =caseId/);
  for (const name of names('processes/', '.bpmn')) {
    const text = file('processes/' + name);
    if (text.includes('<bpmn:timeDate')) {
      const told = await sentences('process', text, text.replace(/(<bpmn:timeDate[^>]*>)[^<]*/, '$1=now()'));
      assert.equal(told.length, 1);
      assert.match(told[0], /のタイマーの日時: .* → =now\(\)$/);
    }
    if (text.includes('errorCode="')) {
      const told = await sentences('process', text, text.replace(/errorCode="[^"]*"/, 'errorCode="OTHER"'));
      assert.match(told.join('\n'), /のエラーのコード: .* → OTHER/);
    }
    if (text.includes('<bpmn:boundaryEvent') && !text.includes('cancelActivity=')) {
      const told = await sentences('process', text, text.replace('<bpmn:boundaryEvent ', '<bpmn:boundaryEvent cancelActivity="false" '));
      assert.match(told[0], /^境界イベント「.*」の起きたら元の仕事を止めるか: はい → いいえ$/);
    }
  }
});

test('a condition is told with where it leads from and to', async () => {
  const is = changed(plan, /(id="Flow_PlanPath_to_StartRoles"[\s\S]*?<bpmn:conditionExpression[^>]*>)[^<]*/, '$1=urgency = "high"');
  const [told] = await sentences('process', plan, is);
  assert.match(told, /^判断「進め方」からジョブの作業「役割分担を先に始める」への矢印「.*」の道筋の条件: =.* → =urgency = "high"$/);
});

test('what came is told with what it does, and what went by its name', async () => {
  const is = changed(
    plan,
    '<bpmn:userTask id="Task_DraftPlan"',
    '<bpmn:userTask id="Task_Extra" name="確かめる"><bpmn:extensionElements><zeebe:userTask /><zeebe:assignmentDefinition candidateGroups="manager" /></bpmn:extensionElements></bpmn:userTask><bpmn:userTask id="Task_DraftPlan"',
  );
  assert.deepEqual(await sentences('process', plan, is), [
    '作業「確かめる」が増えました',
    '作業「確かめる」のCamunda のユーザータスク: はい',
    '作業「確かめる」の候補グループ: manager',
  ]);
  assert.deepEqual(await sentences('process', is, plan), ['作業「確かめる」がなくなりました']);
  assert.deepEqual(await sentences('process', plan, is, 'en'), ['Task “確かめる” is new', 'Task “確かめる”, Camunda user task: yes', 'Task “確かめる”, candidate groups: manager']);
});

test('a flow that is gone is one sentence, not three', async () => {
  let is = changed(plan, /\s*<bpmn:sequenceFlow id="Flow_PlanPath_to_DecidePlan"[\s\S]*?<\/bpmn:sequenceFlow>/, '');
  is = is.replace('<bpmn:incoming>Flow_PlanPath_to_DecidePlan</bpmn:incoming>', '').replace('<bpmn:outgoing>Flow_PlanPath_to_DecidePlan</bpmn:outgoing>', '');
  is = is.replace(/<bpmndi:BPMNEdge[^>]*bpmnElement="Flow_PlanPath_to_DecidePlan"[\s\S]*?<\/bpmndi:BPMNEdge>/, '');
  const told = await sentences('process', plan, is);
  assert.equal(told.length, 1, told.join('\n'));
  assert.match(told[0], /^判断「進め方」から作業「プランの決定・追認」への矢印「.*」がなくなりました$/);
  // What only the list of an element forgets is a difference of its own.
  const forgets = changed(plan, '<bpmn:incoming>Flow_PlanPath_to_DecidePlan</bpmn:incoming>', '');
  assert.match((await sentences('process', plan, forgets))[0], /^作業「プランの決定・追認」の入ってくる矢印の一覧: /);
});

test('what is only drawn elsewhere has moved', async () => {
  const is = changed(plan, /(bpmnElement="Task_DraftPlan">\s*<dc:Bounds x=")\d+/, '$11');
  const told = await differences('process', plan, is, 'ja');
  assert.deepEqual(told.map((one) => [one.kind, one.sentence, one.element]), [['moved', '作業「支援プラン案の作成」の位置と大きさが変わりました', 'Task_DraftPlan']]);
  assert.notEqual(told[0].before, told[0].after);
});

test('nothing that has no words of its own is hidden', async () => {
  const odd = '<zeebe:userTask /><x:odd xmlns:x="http://example.org/x" a="1"><x:b>残る</x:b></x:odd>';
  const was = changed(plan, '<zeebe:userTask />', odd);
  assert.deepEqual(await sentences('process', was, was.replace('a="1"', 'a="2"')), ['作業「支援プラン案の作成」の拡張要素 x:odd › @a: 1 → 2']);
  assert.match((await sentences('process', was, was.replace('残る', '消える')))[0], /残る.* → .*消える/);
  assert.match((await sentences('process', plan, was)).join('\n'), /拡張要素 x:odd › @a: なし → 1/);
  // Attributes that no schema knows, elements nothing uses, references to nothing, and what cannot be read at all.
  const attribute = changed(plan, '<bpmn:userTask id="Task_DraftPlan"', '<bpmn:userTask xmlns:y="http://example.org/y" y:q="3" id="Task_DraftPlan"');
  assert.deepEqual(await sentences('process', plan, attribute), ['作業「支援プラン案の作成」の属性 y:q: なし → 3']);
  const unused = changed(plan, '<bpmndi:BPMNDiagram', '<bpmn:signal id="Signal_X" name="合図" /><bpmndi:BPMNDiagram');
  assert.match((await sentences('process', plan, unused)).join('\n'), /Signal_X › name」: なし → 合図/);
  const nowhere = changed(plan, 'targetRef="Task_DecidePlan"', 'targetRef="Task_Nowhere"');
  assert.match((await sentences('process', plan, nowhere)).join('\n'), /Task_Nowhere/);
  const flow = changed(plan, '<bpmn:incoming>Flow_PlanPath_to_DecidePlan</bpmn:incoming>', '<bpmn:incoming>Flow_PlanPath_to_DecidePlan</bpmn:incoming><bpmn:incoming>Flow_A</bpmn:incoming><bpmn:incoming>Flow_B</bpmn:incoming>');
  assert.deepEqual(await sentences('process', plan, flow), ['作業「プランの決定・追認」の「missing incoming」: なし → ?Flow_A ?Flow_B']);
  const inputs = '<zeebe:input source="=caseId" target="caseId" />';
  const later = changed(changed(plan, inputs, ''), '<zeebe:input source="=meetingType" target="meetingType" />', '<zeebe:input source="=meetingType" target="meetingType" />' + inputs);
  assert.deepEqual(await sentences('process', plan, later), ['プロセスの呼び出し「重層的支援会議で協議」の渡す変数の順番が変わりました']);
  const twice = changed(plan, inputs, inputs + '<zeebe:input source="=route" target="caseId" />');
  assert.match((await sentences('process', plan, twice)).join('\n'), /=route/);
  const colour = changed(plan, 'bpmnElement="Task_DraftPlan"', 'bpmnElement="Task_DraftPlan" xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" bioc:fill="#fff000"');
  assert.match((await sentences('process', plan, colour)).join('\n'), /塗りの色: なし → #fff000/);
});

test('whichever value of a file is another one, something is told', async () => {
  const silent = [];
  let tried = 0;
  const other = (value) => (value === 'true' ? 'false' : value === 'false' ? 'true' : /^-?[\d.]+$/.test(value) ? `${value}1` : `${value}x`);
  for (const [format, text] of [['process', file('processes/invitation.bpmn')], ['decision', file('processes/decisions/meeting-type.dmn')]]) {
    // Every attribute, and every text that is more than space.
    for (const found of text.matchAll(/ ([\w:]+)="([^"]*)"|>([^<>]*[^<>\s][^<>]*)</g)) {
      const [whole, name, attribute, inside] = found;
      if (name && /^(xmlns(:.*)?|version|encoding|xsi:type)$/.test(name)) continue;
      const changedPart = name ? ` ${name}="${other(attribute)}"` : `>${other(inside.trim())}<`;
      const is = text.slice(0, found.index) + changedPart + text.slice(found.index + whole.length);
      tried++;
      if ((await differences(format, text, is, 'ja')).length === 0) silent.push(whole);
    }
  }
  const form = JSON.parse(draftForm);
  const leaves = (value, path = []) => (typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, one]) => leaves(one, [...path, key])) : [path]);
  for (const path of leaves(form)) {
    const copy = structuredClone(form);
    const holder = path.slice(0, -1).reduce((at, key) => at[key], copy);
    holder[path.at(-1)] = { other: 1 };
    tried++;
    if ((await differences('form', draftForm, JSON.stringify(copy), 'ja')).length === 0) silent.push(path.join('.'));
  }
  assert.deepEqual(silent, []);
  assert.ok(tried > 400, `${tried} values`);
});

test('a step that moves into another process part is changed, not gone', async () => {
  const text = file('processes/plan.bpmn');
  const task = text.match(/<bpmn:serviceTask id="Activity_StartRoles"[\s\S]*?<\/bpmn:serviceTask>/)[0];
  const is = changed(text, task, `<bpmn:subProcess id="Sub_X" name="中">${task}</bpmn:subProcess>`);
  const told = await sentences('process', text, is);
  assert.deepEqual(told.sort(), ['サブプロセス「中」が増えました', 'ジョブの作業「役割分担を先に始める」の入っている場所: プロセス「プラン作成・決定」 → サブプロセス「中」'].sort());
});

test('a table is told by its rows and columns', async () => {
  const cell = changed(triage, /(id="Entry_ClearAndAnswered_complaint">\s*<text>)"clear"/, '$1"many"');
  assert.deepEqual(await sentences('decision', triage, cell), ['決定表「事例の区分と多機関協働の目安」の 1 行目の「主訴」: "clear" → "many"']);
  const row = triage.match(/\s*<rule id="Rule_ClearAndAnswered">[\s\S]*?<\/rule>/)[0];
  assert.deepEqual(await sentences('decision', triage, triage.replace(row, '')), ['決定表「事例の区分と多機関協働の目安」の 1 行目がなくなりました']);
  const added = await sentences('decision', triage.replace(row, ''), triage, 'en');
  assert.equal(added[0], 'Row 1 of Table “事例の区分と多機関協働の目安” is new');
  assert.ok(added.some((one) => one.includes('“主訴”: "clear"')), added.join('\n'));
  const policy = changed(triage, 'hitPolicy="UNIQUE"', 'hitPolicy="COLLECT"');
  assert.deepEqual(await sentences('decision', triage, policy), ['決定表「事例の区分と多機関協働の目安」のヒットポリシー: UNIQUE → COLLECT']);
  const type = changed(triage, '<text>"clear","many","unclear"</text>', '<text>"clear","many"</text>');
  assert.deepEqual(await sentences('decision', triage, type), ['決定表「事例の区分と多機関協働の目安」の条件の列「主訴」の選べる値: "clear","many","unclear" → "clear","many"']);
  // Where rows are asked one after the other, their order decides.
  const last = changed(triage.replace(row, ''), '</decisionTable>', `${row}</decisionTable>`);
  assert.deepEqual((await differences('decision', triage, last, 'ja')).map((one) => one.kind), ['moved']);
  const first = (text) => text.replace('hitPolicy="UNIQUE"', 'hitPolicy="FIRST"');
  const [order] = await differences('decision', first(triage), first(last), 'ja');
  assert.equal(order.kind, 'changed');
  assert.match(order.sentence, /の \d+ 行目の順番: 1 → \d+$/);
});

test('a table shows what is gone where it was', async () => {
  const row = triage.match(/\s*<rule id="Rule_ClearAndAnswered">[\s\S]*?<\/rule>/)[0];
  const [whole] = await tables(triage, triage, 'ja');
  assert.equal(whole.title, '決定表「事例の区分と多機関協働の目安」');
  assert.deepEqual(whole.columns.map((one) => [one.name, one.result, one.kind]).slice(0, 1), [['主訴', false, 'same']]);
  assert.ok(whole.rows.every((one) => one.kind === 'same'));
  const [cut] = await tables(triage, triage.replace(row, ''), 'ja');
  assert.deepEqual([cut.rows[0].kind, cut.rows[0].cells[0], cut.rows.length], ['removed', { before: '"clear"', after: null }, whole.rows.length]);
  const [cell] = await tables(triage, changed(triage, /(id="Entry_ClearAndAnswered_complaint">\s*<text>)"clear"/, '$1"many"'), 'ja');
  assert.deepEqual([cell.rows[0].kind, cell.rows[0].cells[0], cell.rows[1].kind], ['changed', { before: '"clear"', after: '"many"' }, 'same']);
  const column = changed(triage, /<input id="Input_complaint"[\s\S]*?<\/input>/, '').replaceAll(/\s*<inputEntry id="Entry_\w+_complaint">[\s\S]*?<\/inputEntry>/g, '');
  assert.deepEqual(await sentences('decision', triage, column), ['決定表「事例の区分と多機関協働の目安」の条件の列「主訴」がなくなりました']);
  assert.ok((await sentences('decision', column, triage)).includes('決定表「事例の区分と多機関協働の目安」の 1 行目の「主訴」: なし → "clear"'));
  const [narrow] = await tables(triage, column, 'ja');
  assert.equal(narrow.columns[0].kind, 'removed');
  assert.deepEqual(narrow.rows[0].cells[0], { before: '"clear"', after: null });
  assert.deepEqual(narrow.rows[0].cells[1].before, narrow.rows[0].cells[1].after);
});

test('a form is told by its fields', async () => {
  const form = (change) => {
    const copy = JSON.parse(draftForm);
    change(copy);
    return JSON.stringify(copy);
  };
  const goal = (copy) => copy.components[0].components[1];
  assert.deepEqual(await sentences('form', draftForm, form((copy) => delete goal(copy).validate.required)), ['様式「plan-draft」: 項目「長期の目標」が必須でなくなりました']);
  assert.deepEqual(await sentences('form', form((copy) => (goal(copy).validate.required = false)), draftForm), ['様式「plan-draft」: 項目「長期の目標」が必須になりました']);
  assert.deepEqual(await sentences('form', form((copy) => (goal(copy).validate.required = false)), draftForm, 'en'), ['Form “plan-draft”: Field “長期の目標” must now be filled in']);
  assert.deepEqual(await sentences('form', draftForm, form((copy) => (goal(copy).label = '目標'))), ['様式「plan-draft」: 項目「目標」の見出し: 長期の目標 → 目標']);
  assert.deepEqual(await sentences('form', draftForm, form((copy) => (goal(copy).validate.maxLength = 10))), ['様式「plan-draft」: 項目「長期の目標」の最多の字数: 8000 → 10']);
  assert.deepEqual(await sentences('form', draftForm, form((copy) => copy.components[0].components.splice(1, 1))), ['様式「plan-draft」: 項目「長期の目標」がなくなりました']);
  // Another id, recorded under the same name: still the same field.
  assert.deepEqual(await sentences('form', draftForm, form((copy) => (goal(copy).id = 'Field_x'))), ['様式「plan-draft」: 項目「長期の目標」のid: Field_longGoal → Field_x']);
  const swapped = await differences('form', draftForm, form((copy) => copy.components[0].components.reverse()), 'ja');
  assert.ok(swapped.length > 0 && swapped.every((one) => one.kind === 'moved'), JSON.stringify(swapped));
  const option = (values) => form((copy) => copy.components.push({ type: 'select', id: 'Field_s', key: 's', label: '選ぶ', values }));
  assert.deepEqual(await sentences('form', option([{ label: 'あ', value: 'a' }]), option([{ label: 'い', value: 'b' }, { label: 'あ', value: 'a' }])), ['様式「plan-draft」: 項目「選ぶ」の選択肢「b」: なし → い']);
  const condition = await sentences('form', draftForm, form((copy) => (goal(copy).conditional = { hide: '=true' })));
  assert.deepEqual(condition, ['様式「plan-draft」: 項目「長期の目標」の隠す条件: なし → =true']);
  assert.deepEqual(await sentences('form', draftForm, form((copy) => (goal(copy).odd = { deep: [1, 2] }))), ['様式「plan-draft」: 項目「長期の目標」の「odd › deep」: なし → [1,2]']);
});

test('what is no such file is refused with a sentence', async () => {
  const refused = (format, text, sentence) => assert.rejects(differences(format, plan, text, 'ja').catch((e) => { throw e; }), (e) => e instanceof Unreadable && e.message === sentence);
  await refused('process', '', 'ファイルを読めませんでした。');
  await refused('process', '<a/>', 'ファイルを読めませんでした。');
  await refused('process', triage, 'ファイルを読めませんでした。');
  await refused('process', '<!DOCTYPE a [<!ENTITY x "y">]>' + plan, 'DOCTYPE のあるファイルは使えません。');
  await refused('process', ' '.repeat(5 * 1024 * 1024 + 1), 'ファイルが大きすぎます（5 MB まで）。');
  await assert.rejects(differences('decision', triage, plan, 'en'), { message: 'The file cannot be read.' });
  await assert.rejects(differences('form', draftForm, '{"components": 3}', 'ja'), { message: 'ファイルを読めませんでした。' });
  await assert.rejects(differences('form', draftForm, '{"components": [1]}', 'ja'), { message: 'ファイルを読めませんでした。' });
  await assert.rejects(differences('form', draftForm, 'null', 'ja'), { message: 'ファイルを読めませんでした。' });
});
