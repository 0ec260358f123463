import { Button, type ButtonProps } from "antd";
import { type To, useHref, useLinkClickHandler } from "react-router";

/** A link to another page that looks like a button. */
export function LinkButton({ to, ...rest }: { to: To } & Omit<ButtonProps, "href" | "onClick">) {
  const href = useHref(to);
  const follow = useLinkClickHandler<HTMLAnchorElement>(to);
  return <Button {...rest} href={href} onClick={(event) => follow(event as Parameters<typeof follow>[0])} />;
}
