// How does Ant Design take on our look? Its tokens, fed from the names in tokens.css.
import { theme, type ThemeConfig } from "antd";

/** The value of a CSS variable of the theme in force; antd derives shades from it, so it needs the colour itself. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** still: nothing moves; a menu then opens at its place instead of sliding there. */
export function antdTheme(dark: boolean, still: boolean): ThemeConfig {
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    cssVar: { key: "uems" },
    hashed: false,
    token: {
      colorPrimary: token("accent"),
      colorPrimaryBg: token("accent-soft"),
      colorPrimaryBgHover: token("accent-soft"),
      colorPrimaryBorder: token("accent-line"),
      colorLink: token("accent"),
      colorInfoBg: token("info-soft"),
      colorInfoBorder: token("line"),
      colorSuccessBg: token("good-soft"),
      colorSuccessBorder: token("line"),
      colorWarningBg: token("warn-soft"),
      colorWarningBorder: token("line"),
      colorErrorBg: token("bad-soft"),
      colorErrorBorder: token("line"),
      colorInfo: token("info"),
      colorSuccess: token("good"),
      colorWarning: token("warn"),
      colorError: token("bad"),
      colorText: token("ink"),
      colorTextSecondary: token("ink-soft"),
      colorTextTertiary: token("ink-faint"),
      colorTextPlaceholder: token("ink-faint"),
      colorTextDescription: token("ink-soft"),
      colorTextLightSolid: token("on-accent"),
      colorBgLayout: token("ground"),
      colorBgContainer: token("surface"),
      colorBgElevated: token("surface-raised"),
      colorBgSpotlight: dark ? "#3a3b38" : "#2a2925",
      colorBorder: token("line-strong"),
      colorBorderSecondary: token("line"),
      colorSplit: token("line"),
      fontFamily: token("font"),
      fontFamilyCode: token("font-mono"),
      fontSize: 13,
      borderRadius: 6,
      borderRadiusLG: 8,
      borderRadiusSM: 5,
      controlHeight: 32,
      controlHeightSM: 26,
      lineWidthFocus: 2,
      boxShadowSecondary: token("shadow-raised"),
      motionDurationSlow: "0.18s",
      motionDurationMid: "0.12s",
      motionDurationFast: "0.08s",
      motion: !still,
      wireframe: false,
    },
    components: components(dark),
  };
}

function components(dark: boolean): NonNullable<ThemeConfig["components"]> {
  return {
    Button: {
      fontWeight: 500,
      primaryShadow: "none",
      defaultShadow: "none",
      dangerShadow: "none",
      dangerColor: dark ? "#2b0d0b" : "#ffffff",
    },
    Table: {
      headerBg: "transparent",
      headerColor: token("ink-faint"),
      headerSplitColor: "transparent",
      rowHoverBg: token("hover"),
      cellPaddingBlock: 9,
      cellPaddingInline: 14,
      cellPaddingBlockMD: 7,
      cellPaddingInlineMD: 16,
      cellFontSize: 13,
      cellFontSizeMD: 13,
      borderColor: token("line"),
      fixedHeaderSortActiveBg: "transparent",
      headerSortActiveBg: "transparent",
      headerSortHoverBg: token("hover"),
      bodySortBg: "transparent",
    },
    Tabs: { titleFontSize: 13, horizontalItemPadding: "9px 0", horizontalItemGutter: 24, horizontalMargin: "0" },
    Tooltip: { colorTextLightSolid: "#f5f4ef", colorBgSpotlight: dark ? "#3a3b38" : "#2a2925" },
    Form: { labelColor: token("ink-soft"), verticalLabelPadding: "0 0 4px", itemMarginBottom: 18 },
    Modal: { titleFontSize: 15 },
    Drawer: { paddingLG: 20 },
    Segmented: {
      trackBg: token("surface-sunken"),
      itemSelectedBg: token("surface-raised"),
      itemColor: token("ink-soft"),
      trackPadding: 2,
    },
    Select: { optionSelectedBg: token("accent-soft"), optionSelectedColor: token("accent-strong") },
    Alert: { defaultPadding: "9px 14px", withDescriptionPadding: "12px 14px", withDescriptionIconSize: 18 },
    Progress: { defaultColor: token("accent"), remainingColor: token("line") },
  };
}
