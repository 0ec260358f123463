import type { Deployment } from "../../../../backend/features/audit/audit-schemas.ts";

/*
 * The contracts that this page trusts: remembered from the first time that the platform named them, so that a proof is
 * compared with them when the platform is away. A page that was kept as a file has them inside.
 */

const KEY = "rongqiao.deployment";
const ELEMENT = "deployment";

const isDeployment = (value: unknown): value is Deployment =>
  typeof (value as Deployment | null)?.chainId === "number" && typeof (value as Deployment).contracts === "object";

function parsed(text: string | null | undefined): Deployment | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return isDeployment(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A file's page may have no storage. */
function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

export const rememberedDeployment = (): Deployment | undefined =>
  parsed(document.getElementById(ELEMENT)?.textContent) ?? parsed(storage()?.getItem(KEY));

export function rememberDeployment(deployment: Deployment): void {
  storage()?.setItem(KEY, JSON.stringify(deployment));
}

/** The page to keep, with what to trust written into it. */
export function withDeployment(html: string, deployment: Deployment | undefined): string {
  const text = JSON.stringify(deployment ?? null).replaceAll("<", "\\u003c");
  return html.replace(
    /(<script type="application\/json" id="deployment">)[^<]*(<\/script>)/,
    (_, open: string, close: string) => `${open}${text}${close}`,
  );
}
