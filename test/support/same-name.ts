import { expect } from "chai";
import { Department, nextName } from "./department.ts";

export interface Named {
  uscc: string;
  name: string;
}

export const MORTGAGES = "chattel-mortgages";
const HEADING = "统一社会信用代码,企业名称,抵押登记编号,抵押权人,被担保债权数额,抵押登记日期,抵押登记状态";

/** Two enterprises of the sample city to which the department gives one former name: a row with it means neither. */
export async function sharedFormerName(market: Department): Promise<{ former: string; both: [Named, Named] }> {
  const operator = await Department.signIn("operator");
  const { items } = await operator.get<{ items: Named[] }>("/registered-enterprises?query=有限公司");
  const both: [Named, Named] = [items.at(-1)!, items.at(-2)!];
  const former = `玉溪同名${nextName("甲")}商贸有限公司`;
  const changes = await market.send(
    "registration-changes",
    nextName("changes.csv"),
    [
      "统一社会信用代码,企业名称,变更事项,变更前,变更后,变更日期",
      ...both.map(({ uscc, name }) => `${uscc},${name},名称变更,${former},${name},2021-05-06`),
    ].join("\n"),
  );
  expect(changes.stored, JSON.stringify(changes)).to.equal(2);
  return { former, both };
}

/** A file of chattel mortgages that name their enterprises by name alone: [name, number of the mortgage]. */
export const mortgages = (rows: readonly (readonly [string, string])[]): string =>
  [HEADING, ...rows.map(([who, number]) => `,${who},${number},通海城关支行,500000,2025-03-01,有效`)].join("\n");
