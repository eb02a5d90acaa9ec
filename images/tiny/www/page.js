"use strict";

const count = document.getElementById("count");
document.getElementById("button").addEventListener("click", () => {
  count.value = Number(count.value) + 1;
});
