import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import holidays from '@holiday-jp/holiday_jp/lib/holidays.js';
import { defineConfig, type Plugin } from 'vite';
import { FORM_EDITOR, SIMULATION } from './src/words-at-build';

/**
 * form-js has no hook for another language: its few words stand in its code. Here each is replaced, at build time, by a call to
 * `kasaneWord` (src/words.ts). A word that is not found stops the build: form-js was updated and the list must follow. Its mark
 * (Powered by bpmn.io) stays as its licence wants it. The date picker takes the format of the page's language, not of the
 * browser's, and reads dates as they are written on paper (src/form.ts).
 */
const WORDS: [RegExp, string][] = [
  [/'Field is required\.'/g, "kasaneWord('Field is required.')"],
  [/`Field must match pattern \$\{validation\.pattern\}\.`/g, "kasaneWord('Field must match pattern.')"],
  [/`Field must have minimum value of \$\{validation\.min\}\.`/g, "kasaneWord('Field must have minimum value of.', validation.min)"],
  [/`Field must have maximum value of \$\{validation\.max\}\.`/g, "kasaneWord('Field must have maximum value of.', validation.max)"],
  [/`Field must have minimum length of \$\{validation\.minLength\}\.`/g, "kasaneWord('Field must have minimum length of.', validation.minLength)"],
  [/`Field must have maximum length of \$\{validation\.maxLength\}\.`/g, "kasaneWord('Field must have maximum length of.', validation.maxLength)"],
  [/valueLabel \|\| 'Select'/g, "valueLabel || kasaneWord('Select')"],
  [/placeholder: 'Search'/g, "placeholder: kasaneWord('Search')"],
  [/emptyListMessage = 'No results'/g, "emptyListMessage = kasaneWord('No results')"],
  [/" ", 'Add new'\]/g, "\" \", kasaneWord('Add new')]"],
  [/`Expand all \(\$\{values\.length - 1\}\)`/g, "kasaneWord('Expand all ({})', values.length)"],
  [/" ", 'Collapse'\]/g, "\" \", kasaneWord('Collapse')]"],
  [/`Remove list item \$\{itemIndex \+ 1\}`/g, "kasaneWord('Remove list item {}', itemIndex + 1)"],
  [/"aria-label": "Increment"/g, "\"aria-label\": kasaneWord('Increment')"],
  [/"aria-label": "Decrement"/g, "\"aria-label\": kasaneWord('Decrement')"],
  [/'Date and time must both be entered\.'/g, "kasaneWord('Date and time must both be entered.')"],
  [/'Value is not a number\.'/g, "kasaneWord('Value is not a number.')"],
  [
    /'Value is expected to ' \+ \(decimalDigits === 0 \? 'be an integer' : .*\) \+ '\.'/g,
    "decimalDigits === 0 ? kasaneWord('Value is expected to be an integer.') : kasaneWord('Value is expected to have at most {} decimal digits.', decimalDigits)",
  ],
  [/getLocaleDateFormat\(locale = 'default'\)/g, 'getLocaleDateFormat(locale = kasaneDates)'],
  [/dateFormat: getLocaleDateFlatpickrConfig\(\),/g, 'dateFormat: getLocaleDateFlatpickrConfig(), ...kasaneCalendar,'],
  // What the form editor calls components and kinds of dates, and the first label of a new field.
  ...['Checkbox', 'Checkbox group', 'Date time', 'Dynamic list', 'Group', 'Number', 'Radio group', 'Separator', 'Text area', 'Text field', 'Text view'].map(
    (name): [RegExp, string] => [new RegExp(`(?<=\\b(?:name|label): )'${name}'`, 'g'), `kasaneWord('${name}')`],
  ),
  [/(?<=\b(?:name|label): )'Select'/g, "kasaneWord('Selection list')"],
  [/(?<=\]: )'Date'/g, "kasaneWord('Date')"],
  [/(?<=\]: )'Date & Time'/g, "kasaneWord('Date & Time')"],
  [/(?<=\]: )'Static'/g, "kasaneWord('Static')"],
  [/(?<=\]: )'Input data'/g, "kasaneWord('Input data')"],
  [/placeholder: getLocaleReadableDateFormat\(\)/g, 'placeholder: kasaneWord(getLocaleReadableDateFormat())'],
  [/placeholder: use24h \? 'hh:mm' : 'hh:mm --'/g, "placeholder: use24h ? kasaneWord('hh:mm') : 'hh:mm --'"],
];

/** The end of form-js' date picker: below its input the chosen date is shown in 和暦, and read out with it (src/era.ts). */
const DATE_INPUT = /"data-input": true,\s*"aria-describedby": props\['aria-describedby'\]\s*\}\)\s*\}\)\s*\}\)\]/;
const WITH_ERA = `"data-input": true,
          "aria-describedby": kasaneEra(date) === null ? props['aria-describedby'] : \`\${domId}-era \` + props['aria-describedby']
        })
      })
    }), kasaneEra(date) !== null && jsx("div", {
      id: \`\${domId}-era\`,
      class: "era",
      "aria-live": "polite",
      children: kasaneEra(date)
    })]`;

/**
 * form-js empties a date or a time it cannot read, and where one of the two is missing it empties the other with it. Here what was typed
 * stays, in its field and in the other one, and the field says what is wrong. Each text has to be found exactly once.
 */
const KEEPS_WHAT_WAS_TYPED: [string, string][] = [
  // The date picker: what was typed comes back after flatpickr has emptied the field. What flatpickr wrote itself is nothing typed.
  ["    readonly,\n    setDate\n  } = props;", "    readonly,\n    setDate,\n    kasaneWrong\n  } = props;\n  const kasaneTyped = useRef('');"],
  [
    'flatpickrInstance.config.onChange = [date => setDate(new Date(date)), ',
    `flatpickrInstance.config.onChange = [date => {
      if (date.length > 0) kasaneTyped.current = '';
      if (kasaneTyped.current !== '') dateInputRef.current.value = kasaneTyped.current;
      kasaneWrong('date', kasaneTyped.current !== '');
      setDate(new Date(date));
    }, `,
  ],
  [
    'onInput: () => setIsInputDirty(true),',
    `onInput: e => {
            const written = flatpickrInstance.selectedDates.map(day => flatpickrInstance.formatDate(day, flatpickrInstance.config.dateFormat));
            kasaneTyped.current = written.includes(e.target.value) ? '' : e.target.value;
            setIsInputDirty(true);
          },`,
  ],
  // The time picker.
  ["    time,\n    setTime\n  } = props;", "    time,\n    setTime,\n    kasaneWrong\n  } = props;\n  const kasaneUnread = useRef(false);"],
  ["if (time === null) {\n      setRawValue('');", "if (time === null) {\n      if (!kasaneUnread.current) setRawValue('');"],
  [
    'const localRawValue = newRawValue || rawValue;',
    `const localRawValue = newRawValue || rawValue;
    kasaneUnread.current = !!localRawValue && !isNumber(parseInputTime(localRawValue));
    kasaneWrong('time', kasaneUnread.current);`,
  ],
  ["if (!isNumber(minutes)) {\n      setRawValue('');", 'if (!isNumber(minutes)) {'],
  ['}, [rawValue, safeTimeInterval, use24h, setTime]);', '}, [rawValue, safeTimeInterval, use24h, setTime, kasaneWrong]);'],
  // The field of both: a value that became none because one of them is missing empties neither.
  [
    "    setDateTime({\n      date,\n      time\n    });\n  }, [subtype, value]);",
    `    setDateTime(now => subtype === DATETIME_SUBTYPES.DATETIME && !isValidDate(date) && (isValidDate(now.date) || isValidTime(now.time)) ? now : {
      date,
      time
    });
  }, [subtype, value]);`,
  ],
  [
    'const allErrors = useMemo(() => {\n',
    `const [wrong, setWrong] = useState({});
  const kasaneWrong = useCallback((which, is) => setWrong(now => !!now[which] === is ? now : {
    ...now,
    [which]: is
  }), []);
  const allErrors = useMemo(() => {
    if (wrong.date || wrong.time) return [...(wrong.date ? [kasaneWord('Not a date.')] : []), ...(wrong.time ? [kasaneWord('Not a time.')] : [])];
`,
  ],
  ['}, [required, subtype, dateTime, errors]);', '}, [required, subtype, dateTime, errors, wrong]);'],
  ["    setDate,\n    'aria-describedby'", "    setDate,\n    kasaneWrong,\n    'aria-describedby'"],
  ["    setTime,\n    'aria-describedby'", "    setTime,\n    kasaneWrong,\n    'aria-describedby'"],
];

function translateFormJs(): Plugin {
  return {
    name: 'kasane:translate-form-js',
    transform(code, id) {
      if (!id.includes('@bpmn-io/form-js-viewer/dist/index.es.js')) return null;
      let translated = code;
      for (const [word, call] of WORDS) {
        if (!word.test(translated)) this.error(`form-js no longer says ${word}: update WORDS in vite.config.ts`);
        word.lastIndex = 0;
        translated = translated.replace(word, call);
      }
      if (!DATE_INPUT.test(translated)) this.error('form-js draws its date picker otherwise: update DATE_INPUT in vite.config.ts');
      translated = translated.replace(DATE_INPUT, () => WITH_ERA);
      for (const [before, after] of KEEPS_WHAT_WAS_TYPED) {
        if (translated.split(before).length !== 2) this.error(`form-js no longer has ${before}: update KEEPS_WHAT_WAS_TYPED in vite.config.ts`);
        translated = translated.replace(before, () => after);
      }
      // Some of it is said as soon as the module is there.
      return { code: `import '${source('words.ts')}';\n${translated}`, map: null };
    },
  };
}

const source = (file: string) => fileURLToPath(new URL(`src/${file}`, import.meta.url));

/** The words of the form editor (src/words-at-build.ts): literals that are shown become calls of `said`. */
function translateFormEditor(): Plugin {
  const shown = String.raw`(?<=(?:\b(?:label|title|description|placeholder|tooltip|children|text)|"aria-label"): \[?|\breturn |\b(?:label|description) = )`;
  return {
    name: 'kasane:translate-form-editor',
    transform(code, id) {
      if (!id.includes('@bpmn-io/form-js-editor/dist/index.es.js')) return null;
      let translated = code;
      for (const word of Object.keys(FORM_EDITOR)) {
        const literal = new RegExp(`${shown}(['"])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\1`, 'g');
        if (!literal.test(translated)) this.error(`form-js-editor no longer says "${word}": update src/words-at-build.ts`);
        translated = translated.replace(literal, () => `kasaneSaid(${JSON.stringify(word)})`);
      }
      for (const [before, after] of [
        ['`Create ${getIndefiniteArticle(type)} ${label} element`', "kasaneSaid('Create {}', label)"],
        ['`Remove ${entry.label}`', "kasaneSaid('Remove {}', entry.label)"],
        // What it brings along of the properties panel asks this for each of its words.
        ['function translateFallback(template, replacements) {', 'function translateFallback(template, replacements) {\n  template = kasaneSaid(template);'],
      ]) {
        if (translated.split(before).length !== 2) this.error(`form-js-editor no longer has ${before}: update vite.config.ts`);
        translated = translated.replace(before, () => after);
      }
      return { code: `import { said as kasaneSaid } from '${source('model-form-words.ts')}';\n${translated}`, map: null };
    },
  };
}

/** The words of the token simulation, in the same way: quoted ones become a call, those in markup a call in braces. */
function translateSimulation(): Plugin {
  const found = new Set<string>();
  return {
    name: 'kasane:translate-simulation',
    transform(code, id) {
      if (!id.includes('bpmn-js-token-simulation/lib/')) return null;
      let translated = code
        .replace(`'<p class="bts-entry placeholder">No Entries</p>'`, '`<p class="bts-entry placeholder">No Entries</p>`')
        .replace("${ wait ? 'Remove' : 'Add' } pause point", "${ wait ? 'Remove pause point' : 'Add pause point' }");
      for (const word of Object.keys(SIMULATION)) {
        const call = `kasaneSimulated('${word}')`;
        const before = translated;
        translated = translated
          .replace(new RegExp(`(?<=(?:text:|\\|\\||[?:]) )'${word}'`, 'g'), () => call)
          .replace(new RegExp(`(?<=(?:title|aria-label)="|>\\s*|\\}\\s+)${word}(?=["\`]| = \\$| \\$\\{scope|\\s*<)`, 'g'), () => `\${${call}}`);
        if (translated !== before) found.add(word);
      }
      return translated === code
        ? null
        : { code: `import { simulated as kasaneSimulated } from '${source('simulation-words.ts')}';\n${translated}`, map: null };
    },
    buildEnd(error) {
      const missed = Object.keys(SIMULATION).filter((word) => !found.has(word));
      if (!error && missed.length > 0) this.error(`bpmn-js-token-simulation no longer says ${missed.join(', ')}: update src/words-at-build.ts`);
    },
  };
}

/**
 * 国民の祝日 for the business calendar: the application reads this file (jp.kasane.calendar), the browser does not. No library for
 * the JVM has them right (docs/adr/0011); this package follows the list of 内閣府.
 */
function nationalHolidays(): Plugin {
  return {
    name: 'kasane:national-holidays',
    generateBundle() {
      const days = Object.values(holidays).map((day) => ({ date: day.date, name: day.name, nameEn: day.name_en }));
      this.emitFile({ type: 'asset', fileName: 'holidays.json', source: JSON.stringify(days) });
    },
  };
}

/** The font that papers are printed with (jp.kasane.meeting.Papers): a whole one, unlike the subsets that browsers load. */
function printingFont(): Plugin {
  return {
    name: 'kasane:printing-font',
    generateBundle() {
      for (const [folder, file] of [
        ['400Regular', 'BIZUDPGothic_400Regular.ttf'],
        ['700Bold', 'BIZUDPGothic_700Bold.ttf'],
      ]) {
        const source = readFileSync(`node_modules/@expo-google-fonts/biz-udpgothic/${folder}/${file}`);
        this.emitFile({ type: 'asset', fileName: file, source });
      }
    },
  };
}

// Names without a hash: the templates refer to them, and Spring serves them with their date.
export default defineConfig({
  base: '/assets/',
  plugins: [translateFormJs(), translateFormEditor(), translateSimulation(), nationalHolidays(), printingFont()],
  // form-js and its editor draw the same components: two copies of Preact would not see each other's hooks.
  resolve: { dedupe: ['preact'] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 3000,
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { kasane: 'src/kasane.ts', form: 'src/form.ts', tasks: 'src/tasks.ts', diagram: 'src/diagram.ts', model: 'src/model.ts', 'model-form': 'src/model-form.ts', 'model-table': 'src/model-table.ts', compare: 'src/compare.ts', release: 'src/release.ts', hold: 'src/hold.ts' },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunk-[name].js',
        assetFileNames: '[name][extname]',
      },
    },
  },
});
