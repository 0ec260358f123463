// Mocha's reporter of `npm test`: one line for each outermost suite, failures in full at the end, and the counts in the
// file named by MOCHA_COUNTS. The file appears only at the regular end, so a run that broke off leaves none.
const { writeFileSync } = require("node:fs");
const { reporters, Runner } = require("mocha");

const { EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_SUITE_END, EVENT_TEST_FAIL } = Runner.constants;

class CountingReporter extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const { stats } = this;
    let before = { passes: 0, failures: 0, pending: 0, at: 0 };
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      if (suite.parent?.root) before = { ...stats, at: performance.now() };
    });
    runner.on(EVENT_SUITE_END, (suite) => {
      if (!suite.parent?.root) return;
      const passed = stats.passes - before.passes;
      const failed = stats.failures - before.failures;
      const skipped = stats.pending - before.pending;
      const seconds = ((performance.now() - before.at) / 1000).toFixed(1);
      const parts = [`${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`].filter(Boolean);
      reporters.Base.consoleLog(`  ${failed ? "✗" : "✓"} ${suite.title}: ${parts.join(", ")} (${seconds} s)`);
    });
    runner.on(EVENT_TEST_FAIL, (test) => reporters.Base.consoleLog(`    ✗ ${test.fullTitle()}`));
    runner.once(EVENT_RUN_END, () => {
      if (this.failures.length > 0) reporters.Base.list(this.failures);
      const counts = { passed: stats.passes, failed: stats.failures, skipped: stats.pending };
      if (process.env.MOCHA_COUNTS) writeFileSync(process.env.MOCHA_COUNTS, JSON.stringify(counts));
    });
  }
}

module.exports = CountingReporter;
