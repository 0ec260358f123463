import { expect } from "chai";
import type { z } from "zod";
import type { subjectAnswer } from "../../backend/features/subjects/subject-schemas.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { Department, nextName } from "../support/department.ts";
import { MORTGAGES, mortgages, sharedFormerName } from "../support/same-name.ts";

type Subject = z.infer<typeof subjectAnswer>;

describe("a quarantined row whose enterprise can't be told", function () {
  this.timeout(120_000);

  it("says its words, is settled among the candidates, and is taken when it is sent again", async () => {
    const market = await Department.signIn();
    const { former, both } = await sharedFormerName(market);
    const stranger = `从未登记${nextName("乙")}有限公司`;
    const number = nextName("DY");
    const batch = await market.send(
      MORTGAGES,
      nextName("mortgages.csv"),
      mortgages([
        [former, number],
        [stranger, `${number}-2`],
      ]),
    );
    expect(batch).to.deep.include({ stored: 0, quarantined: 2 });
    const { items } = await market.quarantine(batch.id, "open");
    expect(items.map(({ faults, subject }) => [faults.map(({ reason }) => reason), subject])).to.deep.equal([
      [["ambiguousSubject"], { name: former }],
      [["unknownSubject"], { name: stranger }],
    ]);
    const [row] = items;

    const asked = await market.get<Subject>(
      `/catalogs/${MORTGAGES}/subject?${new URLSearchParams(row!.subject as { name: string })}`,
    );
    expect(asked.state).to.equal("ambiguous");
    expect(
      asked.candidates.map(({ uscc, name, certainty, by }) => ({ uscc, name, certainty, by })),
    ).to.have.deep.members(both.map(({ uscc, name }) => ({ uscc, name, certainty: 9_300, by: "formerName" })));

    const settle = (uscc: string) =>
      market.ask("POST", `/catalogs/${MORTGAGES}/subject-settlements`, { ...row!.subject, uscc });
    const again = async () => {
      const { status, body } = await market.replay(batch.id, row!.number, row!.cells);
      expect(status, JSON.stringify(body)).to.equal(202);
      return market.finished(body.id);
    };
    expect(await again(), "not settled yet").to.deep.include({ stored: 0, quarantined: 1 });
    expect((await settle(both[1].uscc)).status).to.equal(201);
    const replay = await again();
    expect(replay).to.deep.include({ stored: 1, quarantined: 0 });

    await waitFor("the row to be mended", async () =>
      (await market.batch(batch.id)).replayed === 1 ? true : undefined,
    );
    const open = await market.quarantine(batch.id, "open");
    expect(open.items.map(({ subject }) => subject)).to.deep.equal([{ name: stranger }]);
    const [mended] = (await market.quarantine(batch.id, "replayed")).items;
    expect(mended).not.to.have.property("subject");
    const found = await market.records(MORTGAGES, { uscc: both[1].uscc });
    expect(found.filter(({ key }) => key.includes(number)).map(({ uscc }) => uscc)).to.deep.equal([both[1].uscc]);
    expect((await market.records(MORTGAGES, { uscc: both[0].uscc })).some(({ key }) => key.includes(number))).to.equal(
      false,
    );
  });
});
