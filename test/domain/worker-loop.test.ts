import { mock } from "node:test";
import { expect } from "chai";
import { createLoop, type Loop } from "../../backend/platform/chain/loop.ts";

describe("a worker's loop", () => {
  let loop: Loop;
  /** When each step was taken, in milliseconds since the start. */
  let steps: number[];
  let failures: number[];
  let step: () => boolean;

  const settled = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  async function pass(ms: number): Promise<void> {
    await settled();
    for (let i = 0; i < ms; i += 50) {
      mock.timers.tick(50);
      await settled();
    }
  }

  beforeEach(async () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 });
    [steps, failures] = [[], []];
    step = () => {
      throw new Error("nobody answers");
    };
    loop = createLoop({
      step: async () => {
        steps.push(Date.now());
        return step();
      },
      ...{ idleMs: 100, maxBackoffMs: 2_000, onError: (_, count) => failures.push(count) },
    });
  });
  afterEach(async () => {
    await loop.stop();
    mock.timers.reset();
  });

  it("tries ever more rarely while its steps fail, up to a limit", async () => {
    loop.start();
    await pass(9_000);
    expect(steps).to.deep.equal([0, 200, 600, 1_400, 3_000, 5_000, 7_000, 9_000]);
    expect(failures).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("isn't hurried by new work then, and is back at its old pace after the first step that goes well", async () => {
    loop.start();
    await pass(700);
    for (let i = 0; i < 100; i++) loop.wake();
    await pass(600);
    expect(steps).to.deep.equal([0, 200, 600]);
    step = () => false;
    await pass(300);
    expect(steps).to.deep.equal([0, 200, 600, 1_400, 1_500, 1_600]);
    step = () => {
      throw new Error("away again");
    };
    await pass(300);
    expect(failures).to.deep.equal([1, 2, 3, 1, 2]);
  });

  it("steps at once when it is woken from an idle pause, and without a pause while there is more to do", async () => {
    let more = 3;
    step = () => --more > 0;
    loop.start();
    await settled();
    expect(steps).to.deep.equal([0, 0, 0]);
    loop.wake();
    await settled();
    expect(steps).to.deep.equal([0, 0, 0, 0]);
  });

  it("stops at once in the middle of a back-off, and takes no step any more", async () => {
    loop.start();
    await pass(3_100);
    await loop.stop();
    await pass(5_000);
    expect(steps).to.have.length(5);
  });
});
