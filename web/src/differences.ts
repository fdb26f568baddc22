import { BpmnModdle } from 'bpmn-moddle';
import { DmnModdle } from 'dmn-moddle';
import { create, type Delta } from 'jsondiffpatch';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json';
import { FIELD_TYPES, KINDS, PROPERTIES, SENTENCES, type Language, type Shown } from './difference-words';

/**
 * What is different between two files: diagrams (BPMN), decision tables (DMN) or forms (Camunda Forms). Elements are matched by their id,
 * wherever they lie. Each file is read by its library (bpmn-moddle, dmn-moddle) and made into plain values, per element; jsondiffpatch
 * compares these; what it finds is told in sentences. Whatever has no words of its own is told by its path, so nothing that the file says
 * is left out. Not compared: comments, whitespace, the order of attributes and of elements that are matched by id, and names of prefixes.
 * Nothing here touches the page.
 */
export type Format = 'process' | 'decision' | 'form';

export interface Difference {
  /** Id of the element as it is in its file; of the file as a whole: empty. */
  element: string;
  /** What people call it. */
  name: string;
  /** moved: only where or in which order it stands, not what it does. */
  kind: 'added' | 'removed' | 'changed' | 'moved';
  /** Path of the property, empty where an element came or went. */
  property: string;
  before: string | null;
  after: string | null;
  sentence: string;
  /** Title of the element: differences of one element have the same. */
  group: string;
}

/** A file that cannot be compared; the message is a sentence for whoever chose it. */
export class Unreadable extends Error {}

/** Bytes: as the server has it for drafts. */
export const MOST = 5 * 1024 * 1024;
/** Characters of a value that stand in a sentence; all of it is in `before` and `after`. */
const SHORT = 120;

/* eslint-disable @typescript-eslint/no-explicit-any */
type Moddle = any;
type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };
type Fields = { [key: string]: Plain };

interface Item {
  key: string;
  element: string;
  type: string;
  name: string;
  says: Fields;
  place: Fields;
  title: (language: Language) => string;
  /** Before every title of a sentence, not of a heading. */
  within?: (title: string, language: Language) => string;
}
interface Read {
  items: Map<string, Item>;
  /** Keys in an order that people see, by what they are inside of; and whether it decides anything. */
  orders: Map<string, { keys: string[]; decides: boolean }>;
}
interface Leaf {
  path: string;
  before?: Plain;
  after?: Plain;
}

const SINGLE_PROCESS = '#process';
const FILE = '#file';
/** In which order the members of a list stand that are told by their names. */
const ORDER = '#order';

const patcher = create({
  objectHash: (item) => JSON.stringify(item),
  arrays: { detectMove: true },
});

/** @throws Unreadable for a file that is not of this format */
export async function differences(format: Format, before: string, after: string, language: Language): Promise<Difference[]> {
  const [old, now] = [await read(format, before, language), await read(format, after, language)];
  if (format === 'form') pairByKey(old, now);
  return tell(old, now, language);
}

/** A decision table with what is different in it, in the order of the newer one; what is gone stands where it was. */
export interface Table {
  title: string;
  columns: { name: string; result: boolean; kind: Mark }[];
  rows: { number: string; kind: Mark; cells: { before: string | null; after: string | null }[]; note: { before: string | null; after: string | null } }[];
}
export type Mark = 'added' | 'removed' | 'changed' | 'same';

/** @throws Unreadable for a file that holds no table */
export async function tables(before: string, after: string, language: Language): Promise<Table[]> {
  const [old, now] = [await read('decision', before, language), await read('decision', after, language)];
  const found: Table[] = [];
  for (const key of merged([...old.items.keys()], [...now.items.keys()])) {
    const item = now.items.get(key) ?? old.items.get(key)!;
    const order = (part: string) => merged(old.orders.get(`${key} ${part}`)?.keys ?? [], now.orders.get(`${key} ${part}`)?.keys ?? []);
    const columns = order('columns');
    if (columns.length === 0) continue;
    const mark = (one: string, changed: boolean): Mark => (!old.items.has(one) ? 'added' : !now.items.has(one) ? 'removed' : changed ? 'changed' : 'same');
    const said = (side: Read, row: string, field: string): string | null => {
      const says = side.items.get(row)?.says;
      const value = field === 'description' ? says?.description : (says?.cells as Fields | undefined)?.[`=${field}`];
      return value === undefined || value === null ? null : String(value);
    };
    const pair = (row: string, field: string) => ({ before: said(old, row, field), after: said(now, row, field) });
    found.push({
      title: item.title(language),
      columns: columns.map((column) => {
        const [was, is] = [old.items.get(column), now.items.get(column)];
        return { name: (is ?? was)!.name, result: (is ?? was)!.type === 'dmn:OutputClause', kind: mark(column, leaves(was?.says, is?.says).length > 0) };
      }),
      rows: order('rows').map((row) => ({
        number: (now.items.get(row) ?? old.items.get(row))!.name,
        kind: mark(row, leaves(old.items.get(row)?.says, now.items.get(row)?.says).length > 0),
        cells: columns.map((column) => pair(row, column)),
        note: pair(row, 'description'),
      })),
    });
  }
  return found;
}

/** The newer order, with what is only in the older one behind what it stood behind. */
function merged(old: string[], now: string[]): string[] {
  const all = [...now];
  old.forEach((key, n) => {
    if (now.includes(key)) return;
    const behind = old.slice(0, n).reverse().find((one) => all.includes(one));
    all.splice(behind === undefined ? 0 : all.indexOf(behind) + 1, 0, key);
  });
  return all;
}

async function read(format: Format, text: string, language: Language): Promise<Read> {
  const words = SENTENCES[language];
  if (new Blob([text]).size > MOST) throw new Unreadable(words.tooLarge);
  if (/<!DOCTYPE/i.test(text) && format !== 'form') throw new Unreadable(words.doctype);
  try {
    if (format === 'process') return await readProcess(text);
    if (format === 'decision') return await readDecision(text);
    return readForm(text);
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(words.unknownFile);
  }
}

// ── plain values ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Kept although they are the default, so that both sides say yes or no. */
const TOLD_DEFAULTS = new Set(['cancelActivity', 'isInterrupting']);
/** Told where they are used, with all they hold. */
const USED = new Set(['bpmn:Message', 'bpmn:Error', 'bpmn:Signal', 'bpmn:Escalation']);
/** Elements of their own, or what follows from these. */
const OWN = new Set([
  'flowElements', 'artifacts', 'laneSets', 'lanes', 'childLaneSet', 'participants', 'messageFlows', 'rootElements', 'diagrams', 'incoming', 'outgoing',
  'planeElement', 'drgElement', 'artifact', 'dmnDI', 'diagramElements',
]);

class Reader {
  readonly used = new Set<string>();
  private readonly unresolved = new Map<Moddle, Fields>();

  constructor(private readonly warnings: Moddle[]) {
    for (const one of warnings) {
      if (one.element && one.property && one.value !== undefined) {
        const name = one.property.replace(/^\w+:/, '');
        const known = this.unresolved.get(one.element) ?? {};
        // A list of what is there has no room for what is not.
        const field = OWN.has(name) ? `missing ${name}` : name;
        this.unresolved.set(one.element, { ...known, [field]: [known[field], `?${one.value}`].filter(Boolean).join(' ') });
      }
    }
  }

  /** What of the file the library could not read. */
  unread(): Plain[] {
    return this.warnings.filter((one) => !(one.element && one.property)).map((one) => String(one.message).replace(/\s+/g, ' '));
  }

  element(element: Moddle, without: string[] = []): Fields {
    const fields: Fields = {};
    const set = (name: string, value: Plain | undefined) => {
      if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return;
      fields[name] = value;
    };
    if (element.$descriptor.isGeneric) {
      for (const [name, value] of Object.entries(element)) {
        if (name === '$type' || name === '$parent') continue;
        set(name === '$body' ? 'text' : name === '$children' ? 'inside' : `@${name}`, name === '$children' ? this.children(value as Moddle[]) : this.value(value));
      }
      return fields;
    }
    for (const property of element.$descriptor.properties) {
      const name: string = property.ns.localName;
      if (property.isVirtual || OWN.has(name) || without.includes(name)) continue;
      const value = element.get(property.ns.name);
      if (value === undefined || value === null) continue;
      if (property.default !== undefined && value === property.default && !TOLD_DEFAULTS.has(name)) continue;
      if (property.isReference) {
        set(name, property.isMany ? value.map((one: Moddle) => one.id ?? this.value(one)).sort() : this.reference(value));
      } else if (name === 'extensionElements') {
        Object.assign(fields, this.byType('ext', value.values ?? value.elements ?? []));
        const rest = this.element(value, ['values', 'elements']);
        if (Object.keys(rest).length > 0) fields['extension elements'] = rest;
      } else if (name === 'eventDefinitions') {
        Object.assign(fields, this.byType('event', value));
      } else if (name === 'documentation') {
        const told = value.map((one: Moddle) => this.documentation(one));
        set(name, told.length === 1 ? told[0] : told);
      } else {
        set(name, this.value(value, property.type));
      }
    }
    for (const [name, value] of Object.entries(element.$attrs ?? {})) {
      // The type it names is the type it was read as.
      if (name !== 'xmlns' && !name.startsWith('xmlns:') && name !== 'xsi:type') set(`@${name}`, this.value(value));
    }
    for (const [name, value] of Object.entries(this.unresolved.get(element) ?? {})) if (!(name in fields)) set(name, value);
    return fields;
  }

  /** @param declared the type it has anyway */
  value(value: Moddle, declared?: string): Plain {
    if (Array.isArray(value)) return keyed(value.map((one) => this.value(one, declared)));
    if (value?.$type) {
      const fields = this.element(value);
      if (/:(Formal)?Expression$/.test(value.$type)) return Object.keys(fields).every((name) => name === 'body') ? (fields.body ?? '') : fields;
      return declared === undefined || declared === value.$type ? fields : { $type: value.$type, ...fields };
    }
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
  }

  private children(values: Moddle[]): Plain {
    return values.map((one) => ({ element: one.$type, ...this.element(one) }));
  }

  private documentation(one: Moddle): Plain {
    const fields = this.element(one);
    return Object.keys(fields).every((name) => name === 'text') ? (fields.text ?? '') : fields;
  }

  private reference(value: Moddle): Plain {
    if (!USED.has(value.$type)) return value.id ?? this.value(value);
    this.used.add(value.id);
    return this.element(value);
  }

  /** Extension elements and event definitions go by their type: there is hardly ever a second one of the same. */
  private byType(name: string, values: Moddle[]): Fields {
    const types = new Map<string, Plain[]>();
    for (const one of values) {
      const fields = this.element(one);
      types.set(one.$type, [...(types.get(one.$type) ?? []), Object.keys(fields).length > 0 ? fields : true]);
    }
    const found: Fields = {};
    for (const [type, all] of types) found[type] = all.length === 1 ? all[0] : keyed(all);
    return types.size > 0 ? { [name]: found } : {};
  }
}

/** A list whose members have names of their own, by these: what is told then names them, whatever stands before them. */
function keyed(list: Plain[]): Plain {
  const isFields = (one: Plain): one is Fields => typeof one === 'object' && one !== null && !Array.isArray(one);
  if (list.length === 0 || !list.every(isFields)) return list;
  for (const name of ['target', 'key', 'name', 'value', 'id']) {
    const keys = list.map((one) => (one as Fields)[name]);
    if (keys.every((key) => typeof key === 'string' && key !== '') && new Set(keys).size === keys.length) {
      const byKey: Fields = { [ORDER]: keys };
      // With a prefix no name can be taken for the order, or for what JavaScript has on every object.
      list.forEach((one, n) => (byKey[`=${keys[n]}`] = Object.fromEntries(Object.entries(one as Fields).filter(([field]) => field !== name))));
      return byKey;
    }
  }
  return list;
}

// ── diagrams ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const kindOf = (type: string, language: Language) => {
  const told = KINDS[type] ?? KINDS[type.replace(/:.*/, ':*')] ?? [type, type];
  return told[language === 'ja' ? 0 : 1];
};
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

async function readProcess(xml: string): Promise<Read> {
  const { rootElement: definitions, warnings } = (await new BpmnModdle({ zeebe }).fromXML(xml)) as any;
  if (definitions?.$type !== 'bpmn:Definitions') throw new Error('not a diagram');
  const reader = new Reader(warnings);
  const items = new Map<string, Item>();
  const processes = (definitions.rootElements ?? []).filter((one: Moddle) => one.$type === 'bpmn:Process');
  if (processes.length === 0) throw new Error('no process');
  const keyOf = (element: Moddle): string => (processes.length === 1 && element === processes[0] ? SINGLE_PROCESS : (element.id ?? ''));

  const add = (element: Moddle, inside?: Moddle) => {
    const key = keyOf(element) || `${element.$type}#${items.size}`;
    const name = oneLine(element.name ?? element.text ?? '');
    const { id, ...says } = reader.element(element);
    const flow = element.sourceRef && element.targetRef && !Array.isArray(element.sourceRef);
    const calls = (end: Moddle, language: Language) => items.get(keyOf(end))?.title(language) ?? end.id ?? '';
    items.set(key, {
      key,
      element: element.id ?? '',
      type: element.$type,
      name: name || (element.id ?? ''),
      says: {
        $type: element.$type,
        ...(key === SINGLE_PROCESS ? { id } : {}),
        ...(inside ? { in: keyOf(inside) } : {}),
        ...says,
        ...list('incoming', element.incoming),
        ...list('outgoing', element.outgoing),
      },
      place: {},
      title: (language) =>
        flow
          ? SENTENCES[language].flow(kindOf(element.$type, language), calls(element.sourceRef, language), calls(element.targetRef, language), name)
          : SENTENCES[language].title(kindOf(element.$type, language), name || (element.id ?? '')),
    });
    for (const one of [...(element.flowElements ?? []), ...(element.artifacts ?? []), ...(element.participants ?? []), ...(element.messageFlows ?? [])]) add(one, element);
    for (const set of [...(element.laneSets ?? []), ...(element.childLaneSet ? [element.childLaneSet] : [])]) {
      add(set, element);
      for (const lane of set.lanes ?? []) add(lane, set);
    }
  };
  const list = (name: string, flows?: Moddle[]): Fields => (flows?.length ? { [name]: flows.map((one) => one.id).sort() } : {});
  for (const root of definitions.rootElements ?? []) if (root.$type === 'bpmn:Process' || root.$type === 'bpmn:Collaboration') add(root);

  const file = fileItem('bpmn:Definitions', '', reader.element(definitions));
  const unused: Fields = {};
  for (const root of definitions.rootElements ?? []) {
    if (root.$type !== 'bpmn:Process' && root.$type !== 'bpmn:Collaboration' && !reader.used.has(root.id)) {
      unused[`${root.$type} ${root.id ?? ''}`] = reader.element(root, ['id']);
    }
  }
  if (Object.keys(unused).length > 0) file.says.unused = unused;

  for (const diagram of definitions.diagrams ?? []) {
    const { plane, ...said } = reader.element(diagram, ['plane']);
    place(items, file, diagram.plane?.bpmnElement && keyOf(diagram.plane.bpmnElement), { ...said, plane: diagram.plane ? reader.element(diagram.plane, ['bpmnElement']) : null });
    for (const one of diagram.plane?.planeElement ?? []) place(items, file, one.bpmnElement && keyOf(one.bpmnElement), drawing(reader, one, ['bpmnElement']));
  }
  const unread = reader.unread();
  if (unread.length > 0) file.says.unread = unread;
  return { items: new Map([[FILE, file], ...items]), orders: new Map() };
}

function fileItem(type: string, name: string, says: Fields): Item {
  const title = (language: Language) => (name ? SENTENCES[language].title(kindOf(type, language), name) : kindOf(type, language));
  return { key: FILE, element: '', type, name, says, place: {}, title };
}

/** How something is drawn. What is drawn for nothing, or once more, is told as well. */
function place(items: Map<string, Item>, file: Item, key: string | undefined, fields: Fields) {
  const item = (key && items.get(key)) || file;
  if (Object.keys(item.place).length > 0 || item === file) item.place[`more ${fields.id ?? Object.keys(item.place).length}`] = fields;
  else item.place = fields;
}

function drawing(reader: Reader, element: Moddle, without: string[]): Fields {
  const fields = reader.element(element, [...without, 'bounds', 'waypoint', 'label']);
  const bounds = (one: Moddle) => `(${one.x}, ${one.y}) ${one.width}×${one.height}`;
  if (element.bounds) fields.bounds = bounds(element.bounds);
  if (element.waypoint?.length) fields.waypoint = element.waypoint.map((one: Moddle) => `(${one.x}, ${one.y})`).join(' ');
  if (element.label) {
    const label = reader.element(element.label, ['bounds']);
    if (element.label.bounds) label.bounds = bounds(element.label.bounds);
    if (Object.keys(label).length > 0) fields.label = label;
  }
  return fields;
}

// ── decision tables ────────────────────────────────────────────────────────────────────────────────────────────────────

async function readDecision(xml: string): Promise<Read> {
  const { rootElement: definitions, warnings } = (await new DmnModdle().fromXML(xml)) as any;
  if (definitions?.$type !== 'dmn:Definitions' || !definitions.drgElement?.length) throw new Error('not a table');
  const reader = new Reader(warnings);
  const items = new Map<string, Item>();
  const orders: Read['orders'] = new Map();
  const file = fileItem('dmn:Definitions', '', reader.element(definitions));
  items.set(FILE, file);
  for (const element of definitions.drgElement) {
    const logic = element.decisionLogic;
    const table = logic?.$type === 'dmn:DecisionTable';
    const { id, ...says } = reader.element(element, ['decisionLogic']);
    const name = oneLine(element.name ?? '');
    const key = element.id ?? `${element.$type}#${items.size}`;
    const title = (language: Language) => SENTENCES[language].title(kindOf(element.$type, language), name || key);
    const { id: tableId, ...held } = logic ? reader.element(logic, table ? ['input', 'output', 'rule'] : []) : ({} as Fields);
    items.set(key, {
      key,
      element: element.id ?? '',
      type: element.$type,
      name: name || key,
      says: { $type: element.$type, ...says, ...(table ? { hitPolicy: logic.hitPolicy ?? 'UNIQUE', ...held } : { expression: held }), ...(tableId ? { tableId } : {}) },
      place: {},
      title,
    });
    if (!table) continue;
    const columns = [...(logic.input ?? []), ...(logic.output ?? [])];
    const keys = columns.map((one: Moddle, n: number) => one.id ?? `${key}#column${n}`);
    columns.forEach((column: Moddle, n: number) => {
      const called = oneLine(column.label ?? column.name ?? column.inputExpression?.text ?? keys[n]);
      const { inputExpression, inputValues, outputValues, id: columnId, ...rest } = reader.element(column);
      items.set(keys[n], {
        key: keys[n],
        element: column.id ?? '',
        type: column.$type,
        name: called,
        says: {
          $type: column.$type,
          in: key,
          ...rest,
          ...(inputExpression !== undefined ? { expression: inputExpression } : {}),
          ...((inputValues ?? outputValues) !== undefined ? { allowedValues: (inputValues ?? outputValues) as Plain } : {}),
        },
        place: {},
        title: (language) => SENTENCES[language].column(kindOf(column.$type, language), called, title(language)),
      });
    });
    const rows: string[] = [];
    (logic.rule ?? []).forEach((rule: Moddle, n: number) => {
      const ruleKey = rule.id ?? `${key}#row${n}`;
      rows.push(ruleKey);
      const cells: Fields = {};
      const cellDetails: Fields = {};
      [...(rule.inputEntry ?? []), ...(rule.outputEntry ?? [])].forEach((cell: Moddle, at: number) => {
        // A row that is not as wide as the table keeps what it has beyond it.
        const beyond = rule.inputEntry?.length !== (logic.input ?? []).length || at >= keys.length;
        const { text, ...more } = reader.element(cell);
        cells[`=${beyond ? `#${at + 1}` : keys[at]}`] = text ?? '';
        if (Object.keys(more).length > 0) cellDetails[`=${beyond ? `#${at + 1}` : keys[at]}`] = more;
      });
      const { id: ruleId, ...rest } = reader.element(rule, ['inputEntry', 'outputEntry']);
      items.set(ruleKey, {
        key: ruleKey,
        element: rule.id ?? '',
        type: rule.$type,
        name: `${n + 1}`,
        says: { $type: rule.$type, in: key, ...rest, cells, cellDetails },
        place: {},
        title: (language) => SENTENCES[language].row(n + 1, title(language)),
      });
    });
    // Which row comes first matters only where not all that apply count alike.
    orders.set(`${key} rows`, { keys: rows, decides: !['UNIQUE', 'ANY', 'COLLECT'].includes(logic.hitPolicy ?? 'UNIQUE') });
    orders.set(`${key} columns`, { keys, decides: false });
  }
  const extra = [...(definitions.artifact ?? [])].map((one: Moddle) => ({ element: one.$type, ...reader.element(one) }));
  if (extra.length > 0) file.says.artifacts = keyed(extra);
  for (const diagram of definitions.dmnDI?.diagrams ?? []) {
    place(items, file, undefined, reader.element(diagram));
    for (const one of diagram.diagramElements ?? []) place(items, file, one.dmnElementRef?.id, drawing(reader, one, ['dmnElementRef']));
  }
  const unread = reader.unread();
  if (unread.length > 0) file.says.unread = unread;
  return { items, orders };
}

// ── forms ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

function readForm(text: string): Read {
  const form = JSON.parse(text);
  if (typeof form !== 'object' || form === null || !Array.isArray(form.components)) throw new Error('not a form');
  const { components, ...says } = form;
  const called = String(form.id ?? '');
  const items = new Map<string, Item>([[FILE, fileItem('form:Form', called, deep(says) as Fields)]]);
  const orders: Read['orders'] = new Map();
  const add = (list: any[], inside: string) => {
    const keys: string[] = [];
    for (const component of list) {
      if (typeof component !== 'object' || component === null) throw new Error('not a component');
      const { id, components: held, layout, values, ...rest } = component;
      let key = String(id ?? component.key ?? component.path ?? `${component.type}#${items.size}`);
      while (items.has(key)) key += '+';
      keys.push(key);
      const name = oneLine(String(component.label ?? component.text ?? component.key ?? component.path ?? id ?? '')).slice(0, 80);
      items.set(key, {
        key,
        element: String(id ?? key),
        type: `form:${component.type}`,
        name: name || key,
        says: {
          in: inside,
          ...(deep(rest) as Fields),
          ...(id === undefined ? {} : { id }),
          ...(Array.isArray(values) ? { values: keyed(values.map((one) => deep(one))) } : values === undefined ? {} : { values: deep(values) }),
        },
        place: layout === undefined ? {} : { layout: deep(layout) },
        title: (language) => SENTENCES[language].title(kindOf(`form:${component.type}` in KINDS ? `form:${component.type}` : 'form:*', language), name || key),
        within: (title, language) => SENTENCES[language].field(called, title),
      });
      if (Array.isArray(held)) add(held, key);
    }
    orders.set(inside, { keys, decides: false });
  };
  add(components, FILE);
  return { items, orders };
}

/** As it is, without what says nothing, and lists by the names of their members. */
function deep(value: any): Plain {
  if (Array.isArray(value)) return keyed(value.map(deep));
  if (typeof value !== 'object' || value === null) return value as Plain;
  const fields: Fields = {};
  for (const [name, one] of Object.entries(value)) if (one !== null && one !== undefined) fields[name] = deep(one);
  return fields;
}

/** A field that was given another id, and is still the one that is recorded under the same name. */
function pairByKey(old: Read, now: Read) {
  const recorded = (item: Item) => `${item.says.in} ${item.says.key ?? item.says.path ?? ''}`;
  const lost = new Map([...old.items.values()].filter((one) => !now.items.has(one.key) && (one.says.key ?? one.says.path)).map((one) => [recorded(one), one]));
  const renamed = new Map<string, string>();
  for (const item of now.items.values()) {
    const was = old.items.has(item.key) ? undefined : lost.get(recorded(item));
    if (was) renamed.set(item.key, was.key);
  }
  if (renamed.size === 0) return;
  const rekey = (key: string) => renamed.get(key) ?? key;
  now.items = new Map([...now.items.values()].map((item) => [rekey(item.key), { ...item, key: rekey(item.key), says: item.key === FILE ? item.says : { ...item.says, in: rekey(String(item.says.in)) } }]));
  now.orders = new Map([...now.orders].map(([inside, order]) => [rekey(inside), { ...order, keys: order.keys.map(rekey) }]));
}

// ── comparing ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What two values say differently, one by one. */
function leaves(before: Plain | undefined, after: Plain | undefined): Leaf[] {
  const found: Leaf[] = [];
  walk(patcher.diff(before, after), [], found);
  return found;
}

const named = (key: string) => key.replace(/^=/, '');

function walk(delta: Delta, path: string[], found: Leaf[]) {
  if (delta === undefined) return;
  const at = path.join('/');
  if (Array.isArray(delta)) {
    const [first, second] = delta as [Plain, Plain | undefined];
    if (delta.length === 1) spread(first, path, 'after', found);
    else if (delta.length === 2 && !isComposed(first) && !isComposed(second as Plain)) found.push({ path: at, before: first, after: second });
    else {
      spread(first, path, 'before', found);
      if (delta.length === 2) spread(second as Plain, path, 'after', found);
    }
    return;
  }
  const entries = Object.entries(delta as Record<string, Delta>);
  if ((delta as any)._t !== 'a') {
    for (const [key, one] of entries) walk(one, [...path, named(key)], found);
    return;
  }
  const moves = entries.filter(([, one]) => Array.isArray(one) && one[2] === 3);
  if (path[path.length - 1] === ORDER) {
    // What came or went is told by itself.
    if (moves.length > 0) found.push({ path: at.replace(ORDER, 'order'), before: null, after: null });
    return;
  }
  const came = entries.filter(([key, one]) => key !== '_t' && !key.startsWith('_') && Array.isArray(one)).map(([, one]) => (one as unknown as Plain[])[0]);
  const went = entries.filter(([key, one]) => key.startsWith('_') && key !== '_t' && Array.isArray(one) && one[2] === 0).map(([, one]) => (one as unknown as Plain[])[0]);
  for (let n = 0; n < Math.max(came.length, went.length); n++) found.push({ path: at, before: went[n], after: came[n] });
  for (const [key, one] of entries) if (key !== '_t' && !Array.isArray(one)) walk(one, [...path, key], found);
  if (moves.length > 0) found.push({ path: [...path, 'order'].join('/'), before: null, after: null });
}

const isComposed = (value: Plain) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** All that came or went with a value. */
function spread(value: Plain, path: string[], side: 'before' | 'after', found: Leaf[]) {
  if (isComposed(value)) {
    const entries = Object.entries(value as Fields).filter(([key]) => key !== ORDER);
    if (entries.length === 0) found.push({ path: path.join('/'), [side]: true });
    for (const [key, one] of entries) spread(one, [...path, named(key)], side, found);
  } else {
    found.push({ path: path.join('/'), [side]: value });
  }
}

/** Told with the title of what came, or not worth a word while it is as usual. */
const SILENT_WHEN_NEW = /^(\$type|in|id|name|type|label|text|sourceRef|targetRef|incoming|outgoing|cellDetails\/.*|expression\/id|allowedValues\/id|.*\/\$type)$/;

function tell(old: Read, now: Read, language: Language): Difference[] {
  const words = SENTENCES[language];
  const found: Difference[] = [];
  const show = (side: Read, value: Plain | undefined, shown: Shown): string | null => {
    if (value === undefined || value === null) return null;
    if (typeof value === 'boolean') return value ? words.yes : words.no;
    if (value === '') return words.empty;
    if (shown === 'element') return String(value) === FILE ? side.items.get(FILE)!.title(language) : (side.items.get(String(value))?.title(language) ?? String(value));
    if (shown === 'kind') return kindOf(String(value), language);
    if (shown === 'field') return FIELD_TYPES[String(value)]?.[language === 'ja' ? 0 : 1] ?? String(value);
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  const brief = (value: string | null) => {
    const text = oneLine(value ?? words.none);
    return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
  };
  const property = (path: string): [string, Shown] => {
    const cell = path.match(/^(?:cells)\/(.+)$/);
    if (cell) return [words.path((now.items.get(cell[1]) ?? old.items.get(cell[1]))?.name ?? cell[1]), 'plain'];
    for (const [pattern, ja, en, shown] of PROPERTIES) {
      if (pattern.test(path)) return [path.replace(pattern, language === 'ja' ? ja : en).replaceAll('/', ' › '), shown ?? 'plain'];
    }
    return [words.path(path.replaceAll('/', ' › ')), 'plain'];
  };

  const push = (item: Item, kind: Difference['kind'], leaf: Leaf | null, sentence: (title: string) => string, values: [string | null, string | null] = [null, null]) => {
    const title = item.title(language);
    found.push({
      element: item.element,
      name: item.name,
      kind,
      property: leaf?.path ?? '',
      before: values[0],
      after: values[1],
      sentence: sentence(item.within ? item.within(title, language) : title),
      group: title,
    });
  };
  const pushLeaf = (item: Item, kind: Difference['kind'], leaf: Leaf) => {
    const [called, shown] = property(leaf.path);
    const values: [string | null, string | null] = [show(old, leaf.before, shown), show(now, leaf.after, shown)];
    const required = leaf.path === 'validate/required';
    push(
      item,
      kind,
      leaf,
      (title) => {
        if (required && kind === 'changed') return leaf.after === true ? words.becameRequired(title) : words.becameOptional(title);
        // Numbers of a drawing say nothing to whoever reads; what stands in which place does.
        if (values[0] === null && values[1] === null) return words.moved(title, called);
        if (/^place\/(bounds|waypoint|label\/bounds)$/.test(leaf.path)) return words.moved(title, called);
        if (kind === 'added') return words.has(title, called, brief(values[1]));
        return words.changed(title, called, brief(values[0]), brief(values[1]));
      },
      values,
    );
  };

  const stays = (flow: string) => {
    const [was, is] = [old.items.get(flow)?.says, now.items.get(flow)?.says];
    return was !== undefined && is !== undefined && was.sourceRef === is.sourceRef && was.targetRef === is.targetRef;
  };
  const moves = movedKeys(old, now);

  for (const item of now.items.values()) {
    const was = old.items.get(item.key);
    if (!was) {
      push(item, 'added', null, words.added);
      for (const leaf of leaves({}, item.says)) {
        if (SILENT_WHEN_NEW.test(leaf.path) || (TOLD_DEFAULTS.has(leaf.path) && leaf.after === true)) continue;
        pushLeaf(item, 'added', leaf);
      }
      continue;
    }
    const withoutFlows = (says: Fields) => {
      const { incoming, outgoing, ...rest } = says;
      return rest;
    };
    // The cells of a column go with it, as what an element does goes with the element.
    const ofColumn = (path: string) => path.match(/^(?:cells|cellDetails)\/([^/]+)/)?.[1];
    const wentWithColumn = (path: string) => ofColumn(path) !== undefined && old.items.has(ofColumn(path)!) && !now.items.has(ofColumn(path)!);
    for (const leaf of leaves(withoutFlows(was.says), withoutFlows(item.says))) if (!wentWithColumn(leaf.path)) pushLeaf(item, 'changed', leaf);
    for (const list of ['incoming', 'outgoing']) {
      // It follows from the flows, unless the file forgets one.
      const told = (says: Fields) => ((says[list] ?? []) as string[]).filter(stays).join(', ');
      if (told(was.says) !== told(item.says)) pushLeaf(item, 'changed', { path: list, before: told(was.says) || null, after: told(item.says) || null });
    }
    for (const leaf of leaves(was.place, item.place)) pushLeaf(item, 'moved', { ...leaf, path: `place/${leaf.path}` });
    const move = moves.get(item.key);
    if (move) pushLeaf(item, move.decides ? 'changed' : 'moved', { path: 'place/order', before: move.from, after: move.to });
  }
  for (const item of old.items.values()) if (!now.items.has(item.key)) push(item, 'removed', null, words.removed);
  return found;
}

/** What stands elsewhere among those that are on both sides: the fewest that explain the new order. */
function movedKeys(old: Read, now: Read) {
  const moved = new Map<string, { from: number; to: number; decides: boolean }>();
  for (const [inside, { keys, decides }] of now.orders) {
    const before = old.orders.get(inside);
    if (!before) continue;
    const was = before.keys.filter((key) => keys.includes(key));
    const is = keys.filter((key) => before.keys.includes(key));
    for (const [place, one] of Object.entries((patcher.diff(was, is) ?? {}) as Record<string, Delta>)) {
      if (!place.startsWith('_') || place === '_t' || !Array.isArray(one)) continue;
      const key = was[Number(place.slice(1))];
      moved.set(key, { from: before.keys.indexOf(key) + 1, to: keys.indexOf(key) + 1, decides });
    }
  }
  return moved;
}
