import { InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import { yuanToFen } from "../../../backend/lib/money.ts";

/** Fen text to the plain yuan text of an input: "123456" to "1234.56". Exact at any size. */
function fenToYuanPlain(fen: string | undefined): string | null {
  if (!fen || !/^\d+$/.test(fen)) return null;
  const padded = fen.padStart(3, "0");
  const cents = padded.slice(-2);
  return padded.slice(0, -2) + (cents === "00" ? "" : `.${cents}`);
}

/** Yuan for the person, fen text for the form (`value` and `onChange`). Undefined when it is no amount. */
export function AmountInput(props: {
  value?: string | undefined;
  onChange?: (fen: string | undefined) => void;
  id?: string;
  disabled?: boolean;
  placeholder?: string;
  "aria-label"?: string;
  "data-testid"?: string;
}) {
  const { t } = useTranslation();
  const { value, onChange, ...rest } = props;
  return (
    <InputNumber<string>
      {...rest}
      stringMode
      min="0"
      step="10000"
      precision={2}
      className="rq-amount"
      suffix={t("unit.yuan")}
      value={fenToYuanPlain(value)}
      formatter={(text) => {
        const [whole = "", decimals] = String(text ?? "").split(".");
        const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
        return decimals === undefined || /^0*$/.test(decimals) ? grouped : `${grouped}.${decimals}`;
      }}
      parser={(text) => String(text ?? "").replace(/[^\d.]/g, "")}
      onChange={(text) => {
        const fen = text === null || text === "" ? null : yuanToFen(String(text));
        onChange?.(fen === null ? undefined : fen.toString());
      }}
    />
  );
}
