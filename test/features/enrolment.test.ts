import { expect } from "chai";
import { signEnrolment } from "../../scripts/client/acts.ts";
import { keyringOf, lockKeyring, newPhrase } from "../../scripts/client/keys.ts";
import { invitationKey } from "../../scripts/client/main-path/joining-steps.ts";
import { playUntil } from "../support/actors.ts";
import { namesField, refused } from "../support/refusal.ts";

describe("signing up", function () {
  this.timeout(120_000);

  it("takes the activation key: who knows its address alone gets neither the place nor the name", async () => {
    const path = await playUntil("admit");
    const invitation = await invitationKey(path, "enterprise");
    const { idCommitment } = await path.api.invitation(invitation.address);
    const thief = keyringOf(newPhrase());
    const { username } = await path.login("enterprise");
    const login = {
      username,
      password: "a password of another",
      keystore: await lockKeyring(thief, "passphrase", 1_024),
    };
    const forged = await signEnrolment(path.meta, thief.main, thief.main, idCommitment, login);
    const problem = await refused(
      path.api.enrol({ ...forged, invitation: invitation.address }),
      422,
      "signature.wrong",
    );
    namesField(problem, "invitationSignature");
    await refused(path.api.login(username, login.password), 401);

    await playUntil("enrol", path);
    const { me } = await path.party("enterprise");
    expect(me.username).to.equal(username);
    await refused(path.api.login(username, login.password), 401);
  });

  it("is done once with each code", async () => {
    const path = await playUntil("enrol");
    const invitation = await invitationKey(path, "enterprise");
    const { idCommitment, used } = await path.api.invitation(invitation.address);
    expect(used).to.equal(true);
    const second = keyringOf(newPhrase());
    const login = {
      username: "second-comer",
      password: "a password long enough",
      keystore: await lockKeyring(second, "p", 1_024),
    };
    const body = await signEnrolment(path.meta, invitation, second.main, idCommitment, login);
    await refused(path.api.enrol(body), 409, "participant.enrolled");
  });
});
