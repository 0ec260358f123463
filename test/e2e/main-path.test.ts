import { expect } from "chai";
import { checkingSteps } from "./main-path-checking.ts";
import { financingSteps } from "./main-path-financing.ts";
import { joiningSteps } from "./main-path-joining.ts";
import { MainPathWorld } from "./main-path-world.ts";

describe("the whole path through the web pages", function () {
  this.timeout(180_000);
  this.bail(true);
  const path = new MainPathWorld();

  before(() => path.open());
  after(async () => {
    await path.browser?.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    for (const [name, desk] of Object.entries(path.seats)) await desk.shoot(`failed-${name}`).catch(() => {});
  });

  joiningSteps(path);
  financingSteps(path);
  checkingSteps(path);

  it("left no complaint in any console", () => {
    const complaints = Object.entries(path.seats).flatMap(([name, desk]) =>
      desk.complaints.map((text) => `${name}: ${text}`),
    );
    expect(complaints).to.deep.equal([]);
  });
});
