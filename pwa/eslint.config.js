// The rules of decisions.md 6 that a machine can check. A rule that may be broken is not here.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const NO_MARKUP_FROM_STRINGS = [
  {
    selector: "AssignmentExpression[left.type='MemberExpression'][left.property.name=/^(innerHTML|outerHTML|srcdoc)$/]",
    message: 'Text from people must never become markup: build elements or set textContent.',
  },
  {
    selector: "CallExpression[callee.property.name=/^(insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|parseFromString)$/]",
    message: 'Text from people must never become markup: build elements or set textContent.',
  },
  {
    selector: "CallExpression[callee.object.name='document'][callee.property.name=/^(write|writeln)$/]",
    message: 'document.write is forbidden by the policy of the page.',
  },
  {
    selector: "CallExpression[callee.property.name=/^(bindPopup|bindTooltip|setPopupContent|setTooltipContent)$/] > :matches(Literal, TemplateLiteral, BinaryExpression).arguments",
    message: 'Leaflet reads a string as HTML: pass an HTMLElement whose textContent is set.',
  },
  {
    selector: "Property[key.name='formatter'][value.type=/Literal|TemplateLiteral/]",
    message: 'ECharts reads a string formatter as HTML in tooltips: use renderMode richText and a function.',
  },
];

const BROWSER_PAGE = ['document', 'window', 'localStorage', 'sessionStorage', 'alert', 'location', 'history'];

export default ts.config(
  { ignores: ['dist', 'dev-dist', 'node_modules', 'src/api/schema.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.es2022 } },
    rules: {
      'no-restricted-syntax': ['error', ...NO_MARKUP_FROM_STRINGS],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-console': 'error',
      'no-restricted-globals': ['error', 'localStorage', 'sessionStorage', 'alert', 'confirm', 'prompt'],
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts', '**/*.svelte.js'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/no-inline-styles': 'off',
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  {
    // The part that can lose data runs without a page: in a worker, in a test, or under another framework.
    files: ['src/core/**/*.ts', 'src/workers/**/*.ts', 'src/api/**/*.ts'],
    ignores: ['**/*.svelte.ts'],
    rules: {
      'no-restricted-globals': ['error', ...BROWSER_PAGE],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['svelte', 'svelte/*', '*.svelte', '@/app/*', '@/ui/*', '@/i18n/*', '@/map/*', '@/charts/*'], message: 'core/ knows no framework and no screen.' }] },
      ],
    },
  },
  { files: ['tools/**', 'tests/**', '*.config.*'], languageOptions: { globals: globals.node }, rules: { 'no-console': 'off', 'no-restricted-globals': 'off' } },
);
