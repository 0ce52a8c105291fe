import { keepDecisions } from './decisions.js';

// Before each test file: a process has one Temporal runtime, which all its files use.
keepDecisions();
