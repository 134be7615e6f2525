// One accent color on warm grays, and dense controls.

import {
  ActionIcon,
  Anchor,
  Button,
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  type MantineColorsTuple,
  Modal,
  mergeThemeOverrides,
  NumberInput,
  PasswordInput,
  Select,
  TagsInput,
  Textarea,
  TextInput,
  Tooltip,
} from "@mantine/core";

const accent: MantineColorsTuple = [
  "#edf3fb",
  "#d7e4f5",
  "#aec8ea",
  "#82aade",
  "#5d90d4",
  "#4179c6",
  "#3369b8",
  "#2d5fae",
  "#245094",
  "#1c4079",
];

const gray: MantineColorsTuple = [
  "#faf9f7",
  "#f4f3f0",
  "#eae8e3",
  "#dcd9d2",
  "#c6c2b9",
  "#a7a297",
  "#7d786e",
  "#625d55",
  "#47433d",
  "#2b2925",
];

const dark: MantineColorsTuple = [
  "#dcd8d0",
  "#bfbab1",
  "#a39e95",
  "#75706a",
  "#4c4943",
  "#3a3733",
  "#2c2a27",
  "#211f1d",
  "#191816",
  "#12110f",
];

const look = createTheme({
  primaryColor: "accent",
  primaryShade: 7,
  colors: { accent, gray, dark },
  black: "#1f1d1a",
  fontFamily:
    '-apple-system, BlinkMacSystemFont, "Inter Variable", "Segoe UI", "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  headings: {
    fontWeight: "620",
    sizes: {
      h1: { fontSize: "1.375rem", lineHeight: "1.3" },
      h2: { fontSize: "1.0625rem", lineHeight: "1.4" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
    },
  },
  defaultRadius: "md",
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "16px" },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: "subtle", color: "gray" } }),
    Anchor: Anchor.extend({ defaultProps: { underline: "hover" } }),
    Button: Button.extend({ defaultProps: { size: "sm" } }),
    // The page behind stays where it is without style sheets of foreign origin.
    Drawer: Drawer.extend({ defaultProps: { lockScroll: false } }),
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true, radius: "lg" } }),
    NumberInput: NumberInput.extend({ defaultProps: { size: "sm" } }),
    PasswordInput: PasswordInput.extend({ defaultProps: { size: "sm" } }),
    // A list opens when it is asked for, not over its neighbors as soon as a dialog opens.
    Select: Select.extend({
      defaultProps: { size: "sm", allowDeselect: false, openOnFocus: false },
    }),
    TagsInput: TagsInput.extend({ defaultProps: { size: "sm" } }),
    Textarea: Textarea.extend({ defaultProps: { size: "sm" } }),
    TextInput: TextInput.extend({ defaultProps: { size: "sm" } }),
    Tooltip: Tooltip.extend({
      defaultProps: {
        openDelay: 250,
        withArrow: true,
        events: { hover: true, focus: true, touch: true },
      },
    }),
  },
});

/** The theme, with the name of the button that closes what lies over a page. */
export function themeFor(close: string) {
  const defaultProps = { closeButtonProps: { "aria-label": close } };
  return mergeThemeOverrides(
    look,
    createTheme({
      components: {
        Drawer: Drawer.extend({ defaultProps }),
        Modal: Modal.extend({ defaultProps }),
      },
    }),
  );
}

/** Names for what colors are for; `theme.css` and the style sheets of pages use only these. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--ground": "#f7f6f3",
    "--surface": "#ffffff",
    "--sunken": "#f2f0ec",
    "--hover": "#f5f3ef",
    "--line": "#e5e2db",
    "--line-strong": "#d2cec5",
    "--ink": "#1f1d1a",
    "--ink-2": "#57534b",
    "--ink-3": "#6c675e",
    "--accent": "#2d5fae",
    "--accent-ink": "#2555a0",
    "--accent-soft": "#e8effa",
    "--good": "#276f46",
    "--good-soft": "#e4f2e9",
    "--warn": "#8a5806",
    "--warn-soft": "#fbf0d9",
    "--bad": "#b5332b",
    "--bad-soft": "#fbe9e7",
    "--quiet": "#77726a",
    "--shadow": "0 1px 2px rgb(40 35 25 / 6%), 0 4px 16px rgb(40 35 25 / 5%)",
    "--mantine-color-body": "#ffffff",
    "--mantine-color-text": "#1f1d1a",
    "--mantine-color-dimmed": "#6c675e",
    "--mantine-color-anchor": "#2555a0",
    "--mantine-color-placeholder": "#77726a",
    "--mantine-color-error": "#b5332b",
  },
  dark: {
    "--ground": "#161513",
    "--surface": "#1e1d1a",
    "--sunken": "#191816",
    "--hover": "#262421",
    "--line": "#33312d",
    "--line-strong": "#46433e",
    "--ink": "#ebe7e0",
    "--ink-2": "#bdb8ae",
    "--ink-3": "#a39e94",
    "--accent": "#7fa8e4",
    "--accent-ink": "#94b8ec",
    "--accent-soft": "#23324a",
    "--good": "#6fc18f",
    "--good-soft": "#1d3427",
    "--warn": "#e0ad55",
    "--warn-soft": "#3a2f18",
    "--bad": "#f0877d",
    "--bad-soft": "#42211e",
    "--quiet": "#8f8a80",
    "--shadow": "0 1px 2px rgb(0 0 0 / 40%), 0 4px 16px rgb(0 0 0 / 25%)",
    "--mantine-color-body": "#1e1d1a",
    "--mantine-color-text": "#ebe7e0",
    "--mantine-color-dimmed": "#a39e94",
    "--mantine-color-anchor": "#94b8ec",
    "--mantine-color-placeholder": "#a39e94",
    "--mantine-color-error": "#f0877d",
  },
});
