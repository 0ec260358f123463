import type { HardhatPlugin } from "hardhat/types/plugins";
import { withBranchesReported } from "./branches.ts";

/** Beside the report of a statement, the library that Hardhat adds gets the report of a condition. */
const TAKEN = `
  function taken(bool condition, uint256 id) internal pure returns (bool) {
    sendHit(condition ? id : id + 1);
    return condition;
  }
}`;
const LIBRARY = "__NomicFoundationCoverage";

/** Hardhat 3 counts statements only. This has the conditions counted too, by the same way and in the same run. */
export const branchPlugin: HardhatPlugin = {
  id: "branch-coverage",
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        preprocessSolcInputBeforeBuilding: async (context, solcInput, next) => {
          const input = await next(context, solcInput);
          const sources = Object.entries(input.sources);
          const library = sources.find(([, { content }]) => content.includes(`library ${LIBRARY} {`))?.[1];
          // Without --coverage there is none.
          if (!library) return input;
          library.content = library.content.replace(/\}\s*$/, TAKEN);
          for (const [name, source] of sources) {
            // Only what Hardhat counts the statements of: no tests, no packages.
            if (!source.content.includes(`${LIBRARY}.sendHit(`)) continue;
            const path = name.replace(/^project\//, "");
            source.content = withBranchesReported(path, source.content, `${LIBRARY}.taken`);
          }
          return input;
        },
      }),
    }),
  },
};
