import type { ThemeConfig } from "antd";

/** Every text colour here is at least 4.5:1 on white and on the page's ground (WCAG 2.2 AA). */
export const theme: ThemeConfig = {
  token: {
    colorPrimary: "#0f4c81",
    colorInfo: "#0f4c81",
    colorLink: "#0f4c81",
    colorLinkHover: "#0a3357",
    colorSuccess: "#17693c",
    colorWarning: "#8a5300",
    colorError: "#b3261e",
    // Made by antd from dark colours these grounds would be grey.
    colorPrimaryBg: "#e6eef6",
    colorInfoBg: "#edf4fb",
    colorInfoBorder: "#b9d2ea",
    colorSuccessBg: "#edf7f1",
    colorSuccessBorder: "#b7dcc5",
    colorWarningBg: "#fdf6e9",
    colorWarningBorder: "#ecd3a2",
    colorErrorBg: "#fdf1f0",
    colorErrorBorder: "#f0c2be",
    colorText: "#1b2430",
    colorTextSecondary: "#4a5565",
    colorTextTertiary: "#56606f",
    colorTextQuaternary: "#5b6675",
    colorTextPlaceholder: "#5f6a79",
    colorTextDescription: "#4a5565",
    colorTextDisabled: "#5f6a79",
    // Tags write in the darker shades of these on their lightest one.
    green: "#1d7a46",
    gold: "#9a6200",
    blue: "#14609f",
    red: "#c4322a",
    colorBorder: "#c3ccd8",
    colorBorderSecondary: "#e2e8ef",
    colorBgLayout: "#f4f6f9",
    borderRadius: 8,
    fontSize: 14,
    fontFamily:
      '-apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Helvetica Neue", sans-serif',
    fontFamilyCode: '"SFMono-Regular", Consolas, "Liberation Mono", "Noto Sans Mono CJK SC", monospace',
  },
  components: {
    Layout: { headerBg: "#ffffff", siderBg: "#ffffff", headerHeight: 60, headerPadding: "0 20px" },
    Menu: { itemSelectedBg: "#e6eef6", itemSelectedColor: "#0f4c81", itemBorderRadius: 8 },
    Table: { headerBg: "#f4f6f9", headerColor: "#3b4656" },
    Tag: { defaultColor: "#3b4656" },
    // Square enough to be told from a radio button.
    Checkbox: { borderRadiusSM: 3 },
  },
};
