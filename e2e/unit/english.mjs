// Gives the page's modules their English words, which a page of the server carries itself. For tests of what these modules say.
import { speak } from "../../static/app/language.js";
import english from "../../static/words/en.json" with { type: "json" };

speak("en", english);
