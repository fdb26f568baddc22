/** Modules of the diagram editor that come without types. */
declare module 'bpmn-js-properties-panel';
declare module 'bpmn-js-element-templates';
declare module 'bpmn-js-create-append-anything';
declare module '@bpmn-io/element-template-chooser';
declare module 'camunda-bpmn-js-behaviors/lib/camunda-cloud';
declare module '@camunda/linting';
declare module 'diagram-js-minimap';
declare module 'bpmn-js-token-simulation/lib/modeler';
declare module 'bpmn-js-token-simulation/lib/viewer';
declare module 'dmn-js/lib/Modeler';
declare module 'dmn-js/lib/NavigatedViewer';
declare module 'dmn-js-decision-table/lib/features/hit-policy/HitPolicies';
