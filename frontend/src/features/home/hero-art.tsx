/** A bridge between two banks: data on one side, credit on the other. Decoration only. */
export const HeroArt = () => (
  <svg className="rq-hero-art" viewBox="0 0 420 240" aria-hidden="true">
    <g fill="none" strokeLinecap="round">
      <path d="M10 186h400" stroke="#0f4c81" strokeWidth="6" />
      <path d="M118 216V46M302 216V46" stroke="#0f4c81" strokeWidth="8" />
      <path d="M10 150Q70 130 118 56Q210 220 302 56Q350 130 410 150" stroke="#0b7a70" strokeWidth="4" />
      <path
        d="M42 140V184M70 120V184M94 92V184M146 94V184M174 122V184M210 138V184M246 122V184M274 94V184M326 92V184M350 120V184M378 140V184"
        stroke="#8fb6d9"
        strokeWidth="2"
      />
      <path d="M10 212q25-10 50 0t50 0 50 0 50 0 50 0 50 0 50 0 50 0" stroke="#b9d3ea" strokeWidth="3" />
      <path d="M30 228q25-10 50 0t50 0 50 0 50 0 50 0 50 0" stroke="#d4e4f2" strokeWidth="3" />
    </g>
    <g fill="#fff" stroke="#0f4c81" strokeWidth="3">
      <rect x="196" y="164" width="28" height="28" rx="6" />
      <path d="m203 178 6 6 10-11" fill="none" stroke="#0b7a70" strokeLinecap="round" strokeLinejoin="round" />
    </g>
  </svg>
);
